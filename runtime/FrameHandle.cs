using System.Diagnostics;

namespace Mainspring;

/// <summary>A callback that runs in every frame. Loop's thread only.</summary>
[DebuggerDisplay("{Name} {Phase}")]
public sealed class FrameHandle
{
    private readonly MainLoop _loop;
    private readonly RateGrid _rate;
    private long _nextNs = long.MinValue; // on the grid: when it may run again

    internal FrameHandle(MainLoop loop, FramePhase phase, Action<Frame> callback, string? name, double perSecond = 0)
    {
        _loop = loop;
        _rate = new RateGrid(perSecond);
        Phase = phase;
        Callback = callback;
        Name = name ?? WorkName.Of(callback);
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>The phase in which it runs.</summary>
    public FramePhase Phase { get; }

    /// <summary>Whether it still runs.</summary>
    public bool IsActive { get; private set; } = true;

    internal Action<Frame> Callback { get; }

    /// <summary>The pass over the phases in which, or after which, it was added: it runs from the next one on.</summary>
    internal long AddedInPass { get; set; }

    /// <summary>With a rate: the first run is at the next time of the grid after this one; negative when no frame has begun yet.</summary>
    internal void StartAfter(long gridNs)
    {
        if (gridNs >= 0)
        {
            TakeTurn(gridNs);
        }
    }

    /// <summary>Whether its rate lets it run in a frame that was due at this time; if so, the next run is at the next time of the grid.</summary>
    internal bool TakeTurn(long gridNs)
    {
        if (!_rate.Exists)
        {
            return true;
        }

        if (gridNs < _nextNs)
        {
            return false;
        }

        _nextNs = _rate.At(_rate.NumberAt(gridNs) + 1);
        return true;
    }

    /// <summary>Runs it no more, in this frame either. Idempotent.</summary>
    public void Cancel()
    {
        _loop.CheckAccess(evenDisposed: true);
        IsActive = false;
    }
}
