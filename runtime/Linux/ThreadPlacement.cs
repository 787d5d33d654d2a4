namespace Mainspring.Linux;

/// <summary>What a thread inherits from the one that starts it: its CPUs and its timer slack.</summary>
internal sealed class ThreadPlacement
{
    private readonly CpuMask? _cpus;
    private readonly int _slackNs;

    private ThreadPlacement(CpuMask? cpus, int slackNs) => (_cpus, _slackNs) = (cpus, slackNs);

    /// <summary>The CPUs of the process's first thread, and the timer slack of this one.</summary>
    public static ThreadPlacement OfProcess() =>
        new(CpuMask.Of(Environment.ProcessId), Libc.ProcessControl(Libc.GetTimerSlack, 0, 0, 0, 0));

    /// <summary>Gives them to the calling thread. A system that refuses leaves it as it is: less well placed, no more.</summary>
    public void Take()
    {
        _ = _cpus?.Set();
        if (_slackNs > 0)
        {
            _ = Libc.ProcessControl(Libc.SetTimerSlack, (nuint)_slackNs, 0, 0, 0); // 0 would mean the slack of whoever started the thread
        }
    }
}
