namespace Mainspring.Scheduler;

/// <summary>How the loop waits for its deadlines.</summary>
internal enum Precision
{
    /// <summary>It sleeps.</summary>
    Sleep,

    /// <summary>It sleeps, and spins for the last microseconds.</summary>
    Hybrid,

    /// <summary>It spins.</summary>
    Spin,
}
