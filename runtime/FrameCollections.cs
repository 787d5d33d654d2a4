namespace Mainspring;

/// <summary>Counts the collections that land in frames, whoever caused them, with the time for which they stopped the loop.</summary>
internal sealed class FrameCollections
{
    private int _seen = -1;
    private TimeSpan _pausedBefore;

    /// <summary>Collections inside frames.</summary>
    public long Count { get; private set; }

    /// <summary>What they cost.</summary>
    public TimeSpan Pause { get; private set; }

    /// <summary>The index of the last frame that had one.</summary>
    public long? LastFrame { get; private set; }

    /// <summary>A frame begins. The pauses are asked for only when there was a collection since they were last, so that a frame costs two looks at a counter.</summary>
    public void BeginFrame()
    {
        if (GC.CollectionCount(0) is var count && count != _seen)
        {
            _seen = count;
            _pausedBefore = GC.GetTotalPauseDuration();
        }
    }

    /// <summary>The frame ends.</summary>
    public void EndFrame(long index)
    {
        if (GC.CollectionCount(0) is var count && count != _seen)
        {
            TimeSpan paused = GC.GetTotalPauseDuration();
            Count += count - _seen;
            Pause += paused - _pausedBefore;
            LastFrame = index;
            (_seen, _pausedBefore) = (count, paused);
        }
    }
}
