namespace Mainspring.Devices;

/// <summary>Where the edges of a request come from.</summary>
internal interface IGpioReader
{
    /// <summary>Reads what is there, without waiting.</summary>
    /// <param name="edges">Where to.</param>
    /// <param name="goneBecause">Why nothing will come any more; null while something may.</param>
    /// <returns>How many; fewer than there is room for means that there are no more now.</returns>
    int Read(Span<GpioEdge> edges, out string? goneBecause);

    /// <summary>The levels of all lines.</summary>
    /// <exception cref="IOException">The chip is gone.</exception>
    ulong ReadLevels();
}

/// <summary>
/// What every backend of GPIO lines emits, in this order: connected, then edges with the losses before them, then the end. Edges are read many at a time and emitted one by one, so
/// that a dispatch is bounded and a handler may remove the source. Allocates nothing per event.
/// </summary>
internal sealed class GpioEvents(string device, IGpioReader reader)
{
    private const int BatchSize = 64;

    // A thread that the kernel runs for a line is never that late, unless it is starved; then what comes later is set off against later losses.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(5);

    private static readonly Action<GpioEvents> s_settle = static events => events.SettleGap();

    private readonly GpioEdge[] _batch = new GpioEdge[BatchSize];
    private GpioLossTracker? _tracker;
    private SourceContext? _context;
    private TimerHandle _patience;
    private uint _gapEnd;          // numbers below it that have not come when the time is over were lost
    private bool _isPatient;       // the timer is set
    private int _start;            // of the edges in the batch that were not emitted
    private int _end;
    private long _lost;            // not yet emitted
    private bool _isNoted;         // the first of them has been told to the tracker
    private bool _isAnnounced;     // GpioConnected was emitted
    private bool _isOver;          // GpioDisconnected was
    private string? _goneBecause;
    private ulong _levels;         // as far as the events tell

    public void Start(SourceContext context, int lines)
    {
        _context = context;
        _tracker = new GpioLossTracker(lines);
        (_start, _end, _lost, _levels) = (0, 0, 0, 0);
        (_isNoted, _isAnnounced, _isOver, _isPatient, _goneBecause) = (false, false, false, false, null);
        context.Wake(); // for GpioConnected, when the first handlers have been added
    }

    public void Stop()
    {
        _context = null;
        _patience.Cancel();
    }

    /// <summary>The chip is gone.</summary>
    public void Gone(string reason)
    {
        _goneBecause ??= reason;
        _context?.Wake();
    }

    public int Dispatch(int maxEvents)
    {
        // A handler may remove the source, and even add it again.
        SourceContext? context = _context;
        int handled = 0;
        bool mayRead = true;
        while (context is not null && handled < maxEvents && ReferenceEquals(_context, context) && EmitNext(context, maxEvents - handled, ref mayRead))
        {
            handled++;
        }

        if (_tracker is { HasGap: true } && !_isPatient && ReferenceEquals(_context, context) && context is not null)
        {
            WaitForGap(context);
        }

        return handled;
    }

    private bool EmitNext(SourceContext context, int room, ref bool mayRead)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            _levels = LevelsNow();
            context.Emit(new GpioConnected(device, _levels));
            return true;
        }

        if (_lost > 0)
        {
            EmitLost(context);
            return true;
        }

        if (_start == _end && mayRead && _goneBecause is null)
        {
            Span<GpioEdge> batch = _batch.AsSpan(0, Math.Min(room, BatchSize));
            (_start, _end) = (0, reader.Read(batch, out _goneBecause));
            mayRead = _end == batch.Length; // otherwise the poller tells, and a read for nothing is saved
        }

        if (_start < _end)
        {
            return EmitEdge(context);
        }

        if (_goneBecause is null || _isOver)
        {
            return false;
        }

        _lost += _tracker!.Settle(_tracker.Last); // what is missing does not come any more
        if (_lost > 0)
        {
            EmitLost(context);
            return true;
        }

        _isOver = true;
        context.Emit(new GpioDisconnected(device, _goneBecause));
        context.Disconnected();
        return true;
    }

    // An edge, or the loss before it.
    private bool EmitEdge(SourceContext context)
    {
        GpioEdge edge = _batch[_start];
        if (!_isNoted)
        {
            _lost = _tracker!.Add(edge.Index, edge.Sequence, edge.LineSequence);
            _isNoted = true;
            if (_lost > 0)
            {
                EmitLost(context);
                return true;
            }
        }

        _isNoted = false;
        _start++;
        ulong bit = 1UL << edge.Index;
        _levels = edge.IsRising ? _levels | bit : _levels & ~bit;
        context.Emit(in edge);
        return true;
    }

    private void EmitLost(SourceContext context)
    {
        long lost = _lost;
        _lost = 0;
        _levels = LevelsNow();
        context.Lost(lost);
        context.Emit(new GpioLost(lost, _levels));
    }

    private ulong LevelsNow()
    {
        try
        {
            return reader.ReadLevels();
        }
        catch (IOException exception)
        {
            _goneBecause ??= exception.Message; // the levels are those that were known
            return _levels;
        }
    }

    private void WaitForGap(SourceContext context)
    {
        _isPatient = true;
        _gapEnd = _tracker!.Last;
        _patience = context.Loop.CallLater(s_patience, s_settle, this, "gpio gap");
        _patience.Unref();
    }

    private void SettleGap()
    {
        _isPatient = false;
        if (_context is { } context)
        {
            _lost += _tracker!.Settle(_gapEnd);
            context.Wake(); // for the loss, or for what is missing since
        }
    }
}
