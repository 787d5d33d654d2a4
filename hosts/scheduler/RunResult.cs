namespace Mainspring.Scheduler;

/// <summary>What a run came to.</summary>
internal sealed record RunResult(BackgroundMode Mode, TimeSpan Time, FrameStats Frames, LoopCounters Counters, FrameMeter Meter, IReadOnlyList<Lane> Lanes, long JobSteps)
{
    /// <summary>Frames whose work was over only after the next one was due, and frames that did not run because the loop came too late for them.</summary>
    public long LateOrDropped => Frames.Late + Frames.Dropped;

    /// <summary>How much of their budget the frames and the background have used: 0 to 1.</summary>
    public double BudgetUsed => Meter.BudgetNs > 0 ? (double)Meter.UsedNs / Meter.BudgetNs : 0;

    /// <summary>Whether there was background work to do.</summary>
    public bool HasBackground => Lanes.Any(static lane => lane.Spec.Kind == LoadKind.Background);

    /// <summary>How much of the budget that all else has left free the background has got: 0 to 1. Null when nothing was free, or there is no background work.</summary>
    public double? BackgroundShare => HasBackground && Meter.FreeNs > 0 ? Math.Min(1, (double)Meter.BackgroundNs / Meter.FreeNs) : null;

    /// <summary>Items of background work that were done.</summary>
    public long BackgroundDone => Lanes.Where(static lane => lane.Spec.Kind == LoadKind.Background).Sum(static lane => lane.Done);

    /// <summary>Items of background work that have come and were not done.</summary>
    public long BackgroundBehind => Lanes.Where(static lane => lane.Spec.Kind == LoadKind.Background).Sum(static lane => lane.Behind);

    /// <summary>Null when the run was too short to tell.</summary>
    public double? AllocatedBytesPerFrame { get; init; }
}
