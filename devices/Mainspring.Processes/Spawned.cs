using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>A child process as it was started: its number, and our ends of its pipes; on Windows also its handle and its job.</summary>
internal readonly record struct Spawned(int Pid, PipeFile? Input, PipeFile? Output, PipeFile? Error)
{
    public SafeProcessHandle? Process { get; init; }

    public ChildJob? Job { get; init; }

    /// <summary>It runs, but nobody would ever see its end.</summary>
    public void KillUnwatched()
    {
        if (OperatingSystem.IsWindows())
        {
            _ = ProcessKernel.Terminate(Process!, 1);
            Process!.Dispose();
            Job!.Dispose();
        }
        else if (OperatingSystem.IsLinux() && WaitStatus.IsOurs(Pid))
        {
            _ = Libc.Kill(Pid, SignalNumbers.Kill);
            Reaper.Take(Pid);
        }

        Input?.Dispose();
        Output?.Dispose();
        Error?.Dispose();
    }
}
