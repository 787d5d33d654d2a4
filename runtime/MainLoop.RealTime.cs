namespace Mainspring;

public sealed partial class MainLoop
{
    private readonly IRealTimeThread? _realTime;

    private void EnterRealTime()
    {
        if (_realTime is not null)
        {
            _realTime.Apply(WarnOfThread);
        }
        else if (_options.RealTime is { } options)
        {
            const string Message = "LoopOptions.RealTime is for Linux and Windows: on this system leave it null, and use the system's own means for threads that must be on time.";
            if (options.Required)
            {
                throw new PlatformNotSupportedException(Message);
            }

            WarnOfThread(Message);
        }
    }

    private void LeaveRealTime() => _realTime?.Undo(WarnOfThread);

    private void WarnOfThread(string message) => Log.Write(LogSeverity.Warning, Name, message);

    private static IRealTimeThread? RealTimeBy(LoopOptions options)
    {
        if (options.RealTime is not { } realTime)
        {
            return null;
        }

        if (!Enum.IsDefined(realTime.Policy))
        {
            throw new ArgumentOutOfRangeException(nameof(options), realTime.Policy, "RealTimeOptions.Policy is Unchanged, Fifo or RoundRobin.");
        }

        if (realTime.Priority is < 1 or > 99)
        {
            throw new ArgumentOutOfRangeException(nameof(options), realTime.Priority, "RealTimeOptions.Priority is from 1 to 99.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(realTime.StackToTouch);
        if (realTime.CpuAffinity is { } cpus && (cpus.Count == 0 || !Linux.CpuMask.CanHold(cpus)))
        {
            throw new ArgumentException($"RealTimeOptions.CpuAffinity has the number of one CPU at least, each from 0 to {Linux.CpuMask.Capacity - 1}; null leaves the thread where it may run.", nameof(options));
        }

        return OperatingSystem.IsLinux() ? new Linux.RealTimeThread(options.Name, realTime) : OperatingSystem.IsWindows() ? new Windows.RealTimeThread(options.Name, realTime) : null;
    }
}
