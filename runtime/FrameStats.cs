namespace Mainspring;

/// <summary>What became of a loop's frames.</summary>
/// <param name="Frames">Frames that ran.</param>
/// <param name="Late">Frames whose work was over only after their deadline.</param>
/// <param name="Dropped">Frames that did not run because the loop came too late for them.</param>
/// <param name="MaxLateness">The longest time from when a frame was due, one that was dropped too, to the start of the one that ran.</param>
/// <param name="DroppedTime">Game time for which no fixed step ran, because a frame would have needed more than <see cref="LoopOptions.MaxFixedSteps"/>.</param>
public readonly record struct FrameStats(long Frames, long Late, long Dropped, TimeSpan MaxLateness, TimeSpan DroppedTime = default)
{
    /// <summary>Collections that landed inside a frame, whoever caused them.</summary>
    public long Collections { get; init; }

    /// <summary>For how long those stopped the loop.</summary>
    public TimeSpan CollectionPause { get; init; }

    /// <summary>The <see cref="Frame.Index"/> of the last frame that had one; null when none had.</summary>
    public long? LastFrameWithCollection { get; init; }

    /// <summary>Collections that <see cref="GcPolicy.CollectInGaps"/> made between frames instead.</summary>
    public long CollectionsInGaps { get; init; }
}
