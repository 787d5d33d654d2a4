namespace Mainspring;

/// <summary>When the garbage of a loop's program is collected. The loop itself makes none.</summary>
public enum GcPolicy
{
    /// <summary>When the runtime wants to: in the middle of a frame as well as anywhere.</summary>
    Default,

    /// <summary>
    /// In the gaps between frames too: when the next deadline is far enough away, and <see cref="LoopOptions.GcThreshold"/> bytes were allocated since the last
    /// collection, the youngest generation is collected there, before the runtime has a reason to do it in a frame. Who allocates nothing pays nothing.
    /// </summary>
    CollectInGaps,
}
