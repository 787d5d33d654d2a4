namespace Mainspring;

/// <summary>How the system chooses when a loop's thread runs: sched(7).</summary>
public enum SchedulingPolicy
{
    /// <summary>What the thread has.</summary>
    Unchanged,

    /// <summary>SCHED_FIFO: before every ordinary thread, until it waits or one of a higher priority is runnable.</summary>
    Fifo,

    /// <summary>SCHED_RR: the same, in turns with threads of the same priority.</summary>
    RoundRobin,
}
