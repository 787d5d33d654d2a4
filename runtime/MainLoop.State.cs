using System.Runtime.InteropServices;

namespace Mainspring;

public sealed partial class MainLoop
{
    private readonly LoopOptions _options;
    private readonly Poller _poller;
    private readonly LoopSynchronizationContext _context;
    private readonly Watchdog? _watchdog;

    // The lanes, in their order.
    private readonly CallbackRing _urgent = new();
    private readonly CallbackRing _high = new();
    private readonly CallbackRing _normal = new();
    private Shared _shared = new() { Posts = new PostQueue() };
    private readonly CallbackRing _taken = new(); // posts whose turn has come: empty between two turns
    private readonly CallbackRing _low = new();
    private readonly CallbackRing _idle = new();

    private readonly SourceTable _sources = new();
    private readonly GameTime _game = new();
    private readonly FixedSteps _fixedSteps;
    private readonly FramePacer _frames;
    private readonly FramePhases _phases = new();
    private readonly BackgroundQueue _background = new();
    private readonly FrameBudget _budget;
    private readonly bool _isLockstep;
    private readonly bool _mayLead; // see LeadNs

    private readonly UnclosedLoop? _unclosed;

    private Gate _gate = Gate.Outside;
    private LoopTrace? _trace;
    private volatile Stage _stage;
    private AmbientContext _ambient; // what every piece of work finds on the thread
    private long _nowNs;
    private long _ticks;
    private CallbackRing? _runningLane;
    private bool _isCut;
    private int _stopRequested;
    private bool _isGuest;       // the descriptor was handed out: it has to be armed whenever no tick runs
    private int _ownerThread;    // managed id; 0 while nobody owns the loop

    /// <summary>Makes a loop with the default options: event-driven, on the monotonic clock.</summary>
    public MainLoop()
        : this(new LoopOptions())
    {
    }

    /// <summary>Makes a loop. It belongs to nobody until it is run, ticked or bound.</summary>
    /// <param name="options">How it is built.</param>
    /// <exception cref="ArgumentException">An option is out of its range; the message names it.</exception>
    /// <exception cref="IOException">The system refuses the loop its descriptors.</exception>
    public MainLoop(LoopOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxRounds, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PromoteAfter, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxEventsPerDispatch, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxCatchUp);
        if (options.WatchdogThreshold is { } shortest)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(shortest, Watchdog.ShortestThreshold, nameof(options.WatchdogThreshold));
        }

        _options = options;
        _fixedSteps = new FixedSteps(options);
        _frames = new FramePacer(options, _game, _fixedSteps.LengthNs);
        HelperThread.Remember();
        _realTime = RealTimeBy(options);
        PreciseWait = WaitBy(this, options.Precision);
        _gapCollector = CollectorBy(options, Clock = options.Clock ?? new MonotonicClock(), _frames.IsPaced || _frames.IsHosted);
        _isLockstep = options.Pacing == Pacing.FrameLocked;
        _mayLead = PreciseWait is not null && Clock is MonotonicClock && _frames.IsPaced && !_isLockstep;
        _poller = Poller.Create(options.PortablePoller);
        _poller.OnLost = OperatingSystem.IsWindows() ? FailLost : null;
        Trace = _trace = options.Trace;
        Timers = new TimerQueue(this);
        _awaits = new AwaitTable(this);
        UpdateAwaits = _awaits[FramePhase.Update];
        TimeProvider = new LoopTimeProvider(this, Clock);
        _budget = new FrameBudget(this);
        _context = new LoopSynchronizationContext(this);
        _gate |= options.Debug ? Gate.Debug : 0;
        try
        {
            Clock.Bind(this);
        }
        catch
        {
            _poller.Dispose();
            throw;
        }

        _unclosed = options.Debug ? new UnclosedLoop(this) : null;
        _watchdog = options.WatchdogThreshold is { } threshold ? new Watchdog(this, threshold) : null;
    }

    /// <summary>The loop that runs on this thread, or null.</summary>
    public static MainLoop? Current => CurrentLoop.Value;

    /// <summary>The loop's name.</summary>
    public string Name => _options.Name;

    /// <summary>The loop's clock.</summary>
    public LoopClock Clock { get; }

    /// <summary>The time since the loop's start, read once per tick: everything in one tick sees the same.</summary>
    public TimeSpan Now => Nanoseconds.ToTimeSpan(_nowNs);

    /// <summary>The loop's clock and timers for code that takes a <see cref="System.TimeProvider"/>. Any thread; timers run on the loop, and those that are pending when the loop is disposed never run.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>The loop's <see cref="System.Threading.SynchronizationContext"/>, which is current while the loop runs. Its <c>Post</c> may be called from any thread and never throws.</summary>
    public SynchronizationContext SynchronizationContext => _context;

    /// <summary>Listens to everything that runs; null costs nothing. What is set while the loop runs counts from the next tick on, so that every beginning has its end.</summary>
    public LoopTrace? Trace
    {
        get;
        set
        {
            field = value;
            _trace = IsRunning ? _trace : value;
        }
    }

    /// <summary>Whether the loop is in <c>Run</c> or <see cref="Tick"/>, on whatever thread.</summary>
    public bool IsRunning => Volatile.Read(ref _entered) != 0;

    /// <summary>Whether the loop was disposed.</summary>
    public bool IsDisposed => (_gate & Gate.Disposed) != 0;

    /// <summary>Whether debug mode is on, as <see cref="LoopOptions.Debug"/> says at first: asyncio's <c>set_debug</c>. Set it on the loop's thread; what was scheduled before is not named by where that was.</summary>
    public bool IsDebug
    {
        get => (_gate & Gate.Debug) != 0;
        set
        {
            CheckAccess();
            _gate = value ? _gate | Gate.Debug : _gate & ~Gate.Debug;
        }
    }

    /// <summary>What keeps the loop from being idle, by kind. Loop's thread only.</summary>
    public LoopCounters Counters => new(
        _urgent.Pending + _high.Pending + _normal.Pending + _low.Pending + _idle.Pending,
        Timers.Count, _sources.Count, _background.Count, _ticks, _lostContinuations, _errors, _suppressedErrors);

    internal TimerQueue Timers { get; }

    internal long NowNs => _nowNs;

    internal bool IsOnOwnThread => ReferenceEquals(CurrentLoop.Value, this);

    /// <summary>Pieces of work that others do for the loop, for whose ends a virtual clock has to wait. Whoever ends one posts.</summary>
    internal int OutstandingWork;

    /// <summary>Something came from another thread.</summary>
    internal bool HasNews => !_shared.Posts.IsEmpty || _sources.HasWoken || IsStopping;

    /// <summary>News that end a wait; a frame-locked loop leaves all but <see cref="Stop"/> to its next frame.</summary>
    internal bool HasNewsToHear => _isLockstep ? IsStopping : HasNews;

    internal bool HasUrgentWork => !_urgent.IsEmpty || !_high.IsEmpty || HasNews;

    internal bool HasReadySource => _sources.HasPolled && _poller.HasReady();

    // What the watchdog watches: changes whenever a piece of work ends, and with every tick.
    internal long Progress => _urgent.Head + _high.Head + _normal.Head + _shared.Posts.Taken + _taken.Head + _low.Head + _idle.Head + Volatile.Read(ref _steps) + Volatile.Read(ref _ticks) + JobTable.Place + _awaits.Place + _ended.Head;

    internal Watchdog? Watchdog => _watchdog;

    internal bool IsBusy => IsRunning && _stage != Stage.Waiting;

    private bool IsStopping => Volatile.Read(ref _stopRequested) != 0 && !IsFinishing;

    internal bool HasRegularCallbacks => !_normal.IsEmpty || !_urgent.IsEmpty || !_high.IsEmpty || !_shared.Posts.IsEmpty;

    private bool HasCallbacks => HasRegularCallbacks || !_low.IsEmpty || !_idle.IsEmpty;

    private bool IsRunnable => HasCallbacks || _sources.HasWorkLeft || _sources.HasWoken || (_background.Count > 0 && _backgroundRestsUntilNs <= _nowNs) || (HasTurns && HasTurnWork) || IsStopping;

    // Jobs or methods that wait for a frame or turn.
    private bool HasTurnWork => JobTable.HasReady || _awaits.HasReady;

    // An event-driven loop: turns take the place of frames.
    private bool HasTurns => !_frames.IsPaced && !_frames.IsHosted;

    // When the loop has something to do: 0 is now. A frame-locked loop does everything in its frames.
    private long DueNs => IsStopping ? 0 : _isLockstep ? _frames.NextDeadlineNs : IsRunnable ? 0 : NextDeadlineNs;

    private long NextDeadlineNs
    {
        get
        {
            long ns = Math.Min(Timers.NextDeadlineNs(), _frames.NextDeadlineNs - LeadNs);
            ns = _background.Count > 0 ? Math.Min(ns, _backgroundRestsUntilNs) : ns;
            return ns < Nanoseconds.Farthest ? ns : long.MaxValue;
        }
    }

    private CallbackRing LaneOf(Priority priority) => priority switch
    {
        Priority.Normal => _normal,
        Priority.Urgent => _urgent,
        Priority.High => _high,
        Priority.Low => _low,
        Priority.Idle => _idle,
        _ => throw new ArgumentOutOfRangeException(nameof(priority), priority, "There are five priorities, from Urgent to Idle."),
    };

    private long DeadlineIn(long waitNs) => waitNs == long.MaxValue ? waitNs : Nanoseconds.Deadline(Clock.ReadNs(), waitNs);

    // What other threads look at in every post, on a cache line apart from all that the loop writes in every callback.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Shared
    {
        [FieldOffset(128)]
        public PostQueue Posts;

        [FieldOffset(136)]
        public int IsAsleep; // 1: who adds work from elsewhere has to wake the loop
    }

    // What a schedule call has to look at before it takes the short way.
    [Flags]
    private enum Gate
    {
        Open = 0,
        Outside = 1,  // no tick runs: a foreign loop may have to be told
        Debug = 2,
        Disposed = 4,
    }

    private enum Stage
    {
        Outside,
        Waiting,
        Sources,
        Ready,
        Frame,
        Background,
    }
}
