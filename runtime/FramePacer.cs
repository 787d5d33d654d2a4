namespace Mainspring;

/// <summary>
/// When frames are due: a grid of deadlines that is calculated from the frame's number, never from the frame before, so that it cannot drift.
/// </summary>
internal sealed class FramePacer
{
    private const long NotStarted = -1;

    private readonly LoopOptions _options;
    private readonly long _microhertz; // 0: no grid
    private readonly long _budgetNs; // long.MaxValue: no limit but the deadline
    private long _originNs = NotStarted;
    private long _next;                // number on the grid of the next deadline
    private long _lastStartNs = NotStarted;

    public FramePacer(LoopOptions options)
    {
        if (options.FrameRate is { } rate && !(rate is >= 0.001 and <= 1_000_000))
        {
            throw new ArgumentOutOfRangeException(nameof(options), rate, "FrameRate is from 0.001 to 1,000,000 frames per second.");
        }

        _options = options;
        _microhertz = (long)Math.Round((options.FrameRate ?? 0) * 1_000_000);
        IsHosted = options.Pacing == Pacing.Host;
        IsPaced = !IsHosted && _microhertz > 0;
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

    public FrameStats Stats { get; private set; }

    /// <summary>When the next frame is due; <see cref="long.MaxValue"/> without a grid.</summary>
    public long NextDeadlineNs { get; private set; } = long.MaxValue;

    /// <summary>When the frame's time for background work is over.</summary>
    public long BudgetEndNs => _budgetNs == long.MaxValue || _lastStartNs == NotStarted ? long.MaxValue : Nanoseconds.Deadline(_lastStartNs, _budgetNs);

    /// <summary>When the frame after the next one is due.</summary>
    public long DeadlineAfterNextNs => IsPaced ? At(_next + 1) : long.MaxValue;

    private long PeriodNs => _microhertz == 0 ? 0 : At(1) - At(0);

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
            _next = number;
            NextDeadlineNs = At(number);
        }
    }

    /// <summary>Begins the frame that is due, and moves the grid on; what was missed is dropped or made up for as the policy says.</summary>
    public Frame Begin(long nowNs)
    {
        long due = _next;
        long passed = NumberAt(nowNs) - due; // whole periods that we are late
        long dropped = _options.LatePolicy == LatePolicy.Skip ? passed : Math.Max(0, passed - _options.MaxCatchUp);
        due += dropped;
        _next = due + 1;
        NextDeadlineNs = At(_next);
        long latenessNs = nowNs - At(due);
        Stats = Stats with
        {
            Dropped = Stats.Dropped + dropped,
            MaxLateness = Max(Stats.MaxLateness, Nanoseconds.ToTimeSpan(latenessNs)),
        };
        return Begin(nowNs, null, NextDeadlineNs);
    }

    /// <summary>Begins a frame of the host.</summary>
    public Frame Begin(long nowNs, TimeSpan? delta, long deadlineNs)
    {
        TimeSpan measured = Nanoseconds.ToTimeSpan(_lastStartNs == NotStarted ? PeriodNs : nowNs - _lastStartNs);
        _lastStartNs = nowNs;
        Current = new Frame(Stats.Frames, Nanoseconds.ToTimeSpan(nowNs), delta ?? measured, Nanoseconds.ToTimeSpan(deadlineNs));
        Stats = Stats with { Frames = Stats.Frames + 1 };
        return Current;
    }

    /// <summary>Ends the frame.</summary>
    public void End(long nowNs)
    {
        if (Nanoseconds.ToTimeSpan(nowNs) > Current.Deadline)
        {
            Stats = Stats with { Late = Stats.Late + 1 };
        }
    }

    private long At(long number) => _originNs + (long)((Int128)number * 1_000_000_000_000_000 / _microhertz);

    // The number of the last deadline that is not after the given time.
    private long NumberAt(long ns)
    {
        long number = (long)((Int128)(ns - _originNs) * _microhertz / 1_000_000_000_000_000);
        return At(number + 1) <= ns ? number + 1 : number;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
