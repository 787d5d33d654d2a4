namespace Mainspring;

/// <summary>How a loop is built. Every value has a default that suits a program which owns its thread.</summary>
public sealed record LoopOptions
{
    /// <summary>The name in logs, traces and messages.</summary>
    public string Name { get; init; } = "main";

    /// <summary>The clock; null makes a <see cref="MonotonicClock"/>. A clock serves one loop.</summary>
    public LoopClock? Clock { get; init; }

    /// <summary>Frames per second, from 0.001 to 1,000,000; null has no frames: the loop is event-driven.</summary>
    public double? FrameRate { get; init; }

    /// <summary>Who decides when a frame begins.</summary>
    public Pacing Pacing { get; init; } = Pacing.Responsive;

    /// <summary>
    /// How long after a frame's start background work may run: what is left of the frame after that stays idle, for timers, events and the processor's sleep. Null lets it
    /// run until the next frame is due. Work with a maximum delay that is over gets its step all the same. Needs frames: a <see cref="FrameRate"/> or <see cref="Pacing.Host"/>.
    /// </summary>
    public TimeSpan? FrameBudget { get; init; }

    /// <summary>What to do about frames whose time has passed.</summary>
    public LatePolicy LatePolicy { get; init; } = LatePolicy.Skip;

    /// <summary>With <see cref="LatePolicy.CatchUp"/>: how many missed frames are made up for at the most.</summary>
    public int MaxCatchUp { get; init; } = 4;

    /// <summary>
    /// The length of a fixed step, to the 100 ns and at most a day: <see cref="FramePhase.FixedUpdate"/> then runs as often in a frame as whole steps have passed, not at all
    /// included. Null runs that phase once a frame. Needs frames.
    /// </summary>
    public TimeSpan? FixedStep { get; init; }

    /// <summary>How many fixed steps one frame runs at the most; the time of those beyond is dropped and counted in <see cref="FrameStats.DroppedTime"/>.</summary>
    public int MaxFixedSteps { get; init; } = 8;

    /// <summary>How the loop waits for frames and timers: how near to their deadlines they start, and what that costs. See <see cref="MainLoop.PrecisionStats"/>.</summary>
    public Precision Precision { get; init; } = Precision.Sleep;

    /// <summary>What <see cref="MainLoop.Run()"/> does to its thread, for programs that must be on time; null changes nothing but its timer slack.</summary>
    public RealTimeOptions? RealTime { get; init; }

    /// <summary>When garbage is collected. <see cref="FrameStats"/> says what landed in frames all the same.</summary>
    public GcPolicy GcPolicy { get; init; } = GcPolicy.Default;

    /// <summary>With <see cref="GcPolicy.CollectInGaps"/>: how many bytes the process allocates before a gap is used; 1 MiB. Below the budget of the youngest generation, or the runtime is first.</summary>
    public long GcThreshold { get; init; } = 1024 * 1024;

    /// <summary>How many rounds of callbacks, each queued by the one before, one tick runs at the most.</summary>
    public int MaxRounds { get; init; } = 8;

    /// <summary>After how many rounds in which they were passed over <see cref="Priority.Low"/> and <see cref="Priority.Idle"/> callbacks run all the same.</summary>
    public int PromoteAfter { get; init; } = 16;

    /// <summary>How many events one source may handle before it is the next one's turn.</summary>
    public int MaxEventsPerDispatch { get; init; } = 64;

    /// <summary>What an unhandled exception does to the loop.</summary>
    public ErrorPolicy ErrorPolicy { get; init; } = ErrorPolicy.Continue;

    /// <summary>Debug mode: calls from the wrong thread throw (without it they are not noticed), slow callbacks are reported, errors say where their callback was scheduled, and what was not closed is named. Costs time and memory.
    /// The default is true when the environment variable <c>MAINSPRING_DEBUG</c> is not empty.</summary>
    public bool Debug { get; init; } = Environment.GetEnvironmentVariable("MAINSPRING_DEBUG") is { Length: > 0 };

    /// <summary>In debug mode: how long a callback may take before it is reported.</summary>
    public TimeSpan SlowCallback { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long anything may hold the loop before the watchdog thread names it; null runs no watchdog. Precise to a quarter of the value.</summary>
    public TimeSpan? WatchdogThreshold { get; init; }

    /// <summary>Whether the time of every job's step is measured, for <see cref="Job.Stats"/>: two readings of the clock a step.</summary>
    public bool Profile { get; init; }

    /// <summary>Where the loop logs; null writes to standard error, without ever blocking the loop.</summary>
    public LoopLog? Log { get; init; }

    /// <summary>Listens to everything that runs; null costs nothing. <see cref="MainLoop.Trace"/> changes it later.</summary>
    public LoopTrace? Trace { get; init; }

    /// <summary>Use the portable poller, which needs nothing of the operating system but cannot watch descriptors, where a better one exists too.</summary>
    public bool PortablePoller { get; init; }
}
