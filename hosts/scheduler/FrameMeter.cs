namespace Mainspring.Scheduler;

/// <summary>Measures the frames of a run: how late they start, how long they take, and what became of their budget.</summary>
internal sealed class FrameMeter(long budgetNs)
{
    private long _windowEndNs;    // until when this frame's budget lasts
    private long _othersNs;       // what all but the background has worked of it
    private long _backgroundNs;
    private bool _hasFrame;

    /// <summary>From a frame's due time to its start.</summary>
    public LatencyHistogram Lateness { get; } = new();

    /// <summary>From a frame's first phase to the end of its last one.</summary>
    public LatencyHistogram FrameTime { get; } = new();

    /// <summary>All frames' budgets.</summary>
    public long BudgetNs { get; private set; }

    /// <summary>What was worked within them.</summary>
    public long UsedNs { get; private set; }

    /// <summary>What the frames, timers and callbacks had left of them for the background.</summary>
    public long FreeNs { get; private set; }

    /// <summary>What the background has worked within them.</summary>
    public long BackgroundNs { get; private set; }

    /// <summary>A frame begins.</summary>
    /// <param name="nowNs">Now.</param>
    /// <param name="latenessNs">For how long it has been due.</param>
    public void Begin(long nowNs, long latenessNs)
    {
        Close();
        Lateness.Record(latenessNs);
        _hasFrame = true;
        _windowEndNs = nowNs + budgetNs;
    }

    /// <summary>Its callbacks are over.</summary>
    public void End(long nowNs) => FrameTime.Record(nowNs - (_windowEndNs - budgetNs));

    /// <summary>Something has worked.</summary>
    public void Worked(LoadKind kind, long startNs, long endNs)
    {
        long withinNs = Math.Max(0, Math.Min(endNs, _windowEndNs) - startNs);
        if (kind == LoadKind.Background)
        {
            _backgroundNs += withinNs;
        }
        else
        {
            _othersNs += withinNs;
        }
    }

    /// <summary>Adds the last frame up.</summary>
    public void Close()
    {
        if (_hasFrame)
        {
            BudgetNs += budgetNs;
            UsedNs += Math.Min(budgetNs, _othersNs + _backgroundNs);
            FreeNs += Math.Max(0, budgetNs - _othersNs);
            BackgroundNs += _backgroundNs;
        }

        _hasFrame = false;
        _othersNs = _backgroundNs = 0;
    }
}
