using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Mainspring.Processes;

namespace Mainspring.Contracts;

/// <summary>Control events and processes of Windows, on the loop's thread.</summary>
[SupportedOSPlatform("windows")]
public sealed partial class ConsoleCases : IDisposable
{
    private const uint CtrlBreak = 1; // CTRL_BREAK_EVENT

    private readonly MainLoop _loop = Loops.New();

    public ConsoleCases() => Sys.NeedsWindows();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    [Case]
    public void CtrlBreak_IsASignalOfTheLoop()
    {
        _ = AllocateConsole(); // unless it has one
        int here = Environment.CurrentManagedThreadId, thread = 0;
        using SignalRegistration handler = _loop.AddSignalHandler(PosixSignal.SIGQUIT, () => thread = Environment.CurrentManagedThreadId);
        if (!RaiseControlEvent(CtrlBreak, 0))
        {
            throw new SkipException("needs a console, and this system gives none");
        }

        Pump.Until(_loop, () => thread != 0);
        Check.Equal(here, thread);
    }

    [Case]
    public void Process_EndsInTheLoopsWait()
    {
        using Process child = Process.Start(new ProcessStartInfo("cmd.exe", "/c exit 7") { UseShellExecute = false })!;
        int code = _loop.RunUntilComplete(_loop.WaitForExit(child));
        Check.Equal(7, code);
        Check.Equal(0, _loop.Counters.Sources);
        using Process other = Process.Start(new ProcessStartInfo("cmd.exe", "/c exit 3") { UseShellExecute = false })!;
        other.WaitForExit();
        Check.Equal(3, _loop.RunUntilComplete(_loop.WaitForExit(other)), "one that has ended before");
    }

    [Case]
    public void StartProcess_SaysWhatToUseInstead() =>
        Check.Contains("System.Diagnostics.Process", Check.Throws<PlatformNotSupportedException>(() => _loop.StartProcess(new ProcessOptions("cmd.exe"))).Message);

    [LibraryImport("kernel32", EntryPoint = "AllocConsole")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AllocateConsole();

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent")]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool RaiseControlEvent(uint kind, uint group);
}
