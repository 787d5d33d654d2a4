namespace Mainspring;

/// <summary>The lane in which a callback waits. Callbacks of one priority run first-in-first-out.</summary>
public enum Priority
{
    /// <summary>Before everything else of the round; <see cref="FrameBudget.Remaining"/> is zero while one waits.</summary>
    Urgent = 0,

    /// <summary>Before <see cref="Normal"/>.</summary>
    High = 1,

    /// <summary>The default. Timers and posts run here.</summary>
    Normal = 2,

    /// <summary>Runs when nothing of a higher priority is ready and no frame is due, and is promoted when it was passed over too often.</summary>
    Low = 3,

    /// <summary>Runs when nothing else is ready, <see cref="Low"/> included, and no frame is due; promoted like <see cref="Low"/>.</summary>
    Idle = 4,
}
