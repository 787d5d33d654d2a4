namespace Mainspring;

/// <summary>
/// When frames are due: a grid of deadlines that is calculated from the frame's number, never from the frame before, so that it cannot drift.
/// </summary>
internal sealed class FramePacer
{
    private const long NotStarted = -1;
    private const long Unknown = -1;

    private readonly LoopOptions _options;
    private readonly GameTime _game;
    private readonly OverloadDetector _overload = new();
    private readonly RateGrid _grid;   // from the first frame on
    private readonly long _fixedStepNs;
    private readonly long _budgetNs;   // long.MaxValue: no limit but the deadline
    private long _originNs = NotStarted;
    private long _next;                // number on the grid of the next deadline
    private long _afterNextNs = Unknown; // the deadline after that one, as soon as somebody asks: a division that a frame's start has no time for
    private long _lastStartNs = NotStarted;
    private long _dueNs;               // the frame that runs now or ran last
    private long _deadlineNs;
    private bool _hasDropped;          // frames before it
    private long _count;
    private long _late;
    private long _dropped;
    private long _maxLatenessNs;

    public FramePacer(LoopOptions options, GameTime game, long fixedStepNs)
    {
        if (options.FrameRate is { } rate && !RateGrid.IsRate(rate))
        {
            throw new ArgumentOutOfRangeException(nameof(options), rate, "FrameRate is from 0.001 to 1,000,000 frames per second.");
        }

        _options = options;
        _game = game;
        _fixedStepNs = fixedStepNs;
        _grid = new RateGrid(options.FrameRate ?? 0);
        IsHosted = options.Pacing == Pacing.Host;
        IsPaced = !IsHosted && _grid.Exists;
        if (!IsHosted && !IsPaced && options.Pacing == Pacing.FrameLocked)
        {
            throw new ArgumentException("Pacing.FrameLocked needs a FrameRate.", nameof(options));
        }

        if (options.FrameBudget is { } budget && (budget <= TimeSpan.Zero || (!IsHosted && !IsPaced)))
        {
            throw new ArgumentException($"FrameBudget is a time of more than zero within a frame, so it needs a FrameRate or Pacing.Host; it is {budget}.", nameof(options));
        }

        _budgetNs = options.FrameBudget is { } limit ? Nanoseconds.From(limit) : long.MaxValue;
    }

    /// <summary>Frames come from the grid.</summary>
    public bool IsPaced { get; }

    /// <summary>Every tick is a frame.</summary>
    public bool IsHosted { get; }

    public Frame Current { get; private set; }

    public FrameStats Stats => new(_count, _late, _dropped, Nanoseconds.ToTimeSpan(_maxLatenessNs));

    /// <summary>When the next frame is due; <see cref="long.MaxValue"/> without a grid.</summary>
    public long NextDeadlineNs { get; private set; } = long.MaxValue;

    /// <summary>When the frame's time for background work is over.</summary>
    public long BudgetEndNs => _budgetNs == long.MaxValue || _lastStartNs == NotStarted ? long.MaxValue : Nanoseconds.Deadline(_lastStartNs, _budgetNs);

    /// <summary>When the frame after the next one is due.</summary>
    public long DeadlineAfterNextNs => !IsPaced ? long.MaxValue : _afterNextNs != Unknown ? _afterNextNs : _afterNextNs = At(_next + 1);

    /// <summary>When the frame that runs now, or ran last, was due (of a host's: when it began), since the first one; negative before the first one.</summary>
    public long GridNs => _count == 0 ? -1 : _dueNs - _originNs;

    public bool IsOverloaded => _overload.IsOn;

    /// <summary>Puts the first frame to now.</summary>
    public void Start(long nowNs)
    {
        if (_originNs == NotStarted)
        {
            _originNs = nowNs;
            NextDeadlineNs = IsPaced ? nowNs : long.MaxValue;
        }
    }

    /// <summary>Begins a run: between two runs nobody waited for frames, so those of the meantime are not missed. The grid keeps its phase.</summary>
    public void Resume(long nowNs)
    {
        Start(nowNs);
        if (IsPaced && NumberAt(nowNs) is var number && number > _next)
        {
            MoveTo(number, At(number));
        }
    }

    /// <summary>Begins the frame that is due, and moves the grid on; what was missed is dropped or made up for as the policy says.</summary>
    public Frame Begin(long nowNs)
    {
        long dueNs = NextDeadlineNs;
        long dropped = 0;
        _maxLatenessNs = Math.Max(_maxLatenessNs, nowNs - dueNs); // of the first that was due, dropped or not
        if (nowNs >= DeadlineAfterNextNs)
        {
            long passed = NumberAt(nowNs) - _next; // whole periods that we are late
            dropped = _options.LatePolicy == LatePolicy.Skip ? passed : Math.Max(0, passed - _options.MaxCatchUp);
            _dropped += dropped;
            dueNs = At(_next + dropped);
            MoveTo(_next + dropped, dueNs);
        }

        MoveTo(_next + 1, DeadlineAfterNextNs);
        return Begin(nowNs, dueNs, null, NextDeadlineNs, dropped > 0);
    }

    /// <summary>Begins a frame of the host.</summary>
    public Frame Begin(long nowNs, TimeSpan? delta, long deadlineNs) => Begin(nowNs, nowNs, delta, deadlineNs, hasDropped: false);

    /// <summary>Ends the frame.</summary>
    public void End(long nowNs)
    {
        bool isLate = Nanoseconds.ToTimeSpan(nowNs) > Current.Deadline;
        _late += isLate ? 1 : 0;
        _ = DeadlineAfterNextNs; // now, so that the next frame's start knows it
        _overload.Add(isLate || _hasDropped, nowNs - _dueNs, _deadlineNs - _dueNs);
    }

    private Frame Begin(long nowNs, long dueNs, TimeSpan? delta, long deadlineNs, bool hasDropped)
    {
        long elapsedNs = delta is { } given ? Nanoseconds.From(given) : _lastStartNs == NotStarted ? _grid.PeriodNs : nowNs - _lastStartNs;
        long singleStepNs = _fixedStepNs > 0 ? _fixedStepNs : _grid.Exists ? _grid.PeriodNs : elapsedNs;
        _lastStartNs = nowNs;
        (_dueNs, _deadlineNs, _hasDropped) = (dueNs, deadlineNs, hasDropped);
        Current = new Frame(_count++, Nanoseconds.ToTimeSpan(nowNs), _game.Pass(elapsedNs, singleStepNs), Nanoseconds.ToTimeSpan(deadlineNs));
        return Current;
    }

    private void MoveTo(long number, long deadlineNs)
    {
        (_next, NextDeadlineNs) = (number, deadlineNs);
        _afterNextNs = Unknown;
    }

    private long At(long number) => _originNs + _grid.At(number);

    // The number of the last deadline that is not after the given time.
    private long NumberAt(long ns) => _grid.NumberAt(ns - _originNs);
}
