namespace Mainspring.Scheduler;

/// <summary>What a run does with the background work.</summary>
internal enum BackgroundMode
{
    /// <summary>It has the time that the budget leaves.</summary>
    Budgeted,

    /// <summary>There is no budget: its items are callbacks like any other.</summary>
    Callbacks,

    /// <summary>It is left out.</summary>
    None,
}
