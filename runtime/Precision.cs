namespace Mainspring;

/// <summary>How a loop waits for a deadline, of a frame or a timer. Never early, whichever; a loop that has no deadline sleeps, and a virtual clock knows no difference.</summary>
public enum Precision
{
    /// <summary>Sleeps until the deadline: as late as the system wakes it, some 50 to 150 us, and no processor time, but for a few microseconds after a flood of posts.</summary>
    Sleep,

    /// <summary>Sleeps until shortly before the deadline, and spins for the rest: how long is learned from how late this machine wakes the loop, from 20 us to 2 ms.</summary>
    Hybrid,

    /// <summary>Spins through the last second before a deadline: a processor is busy all the time that a frame or timer is so near.</summary>
    Spin,
}
