namespace Mainspring.Game;

/// <summary>A scripted player plays for a number of steps, without a screen: one game after the other.</summary>
internal sealed class BotRun : IDisposable
{
    private const double UnpacedHz = 60;

    private static readonly int s_warmUp = Units.Steps(5000);
    private static readonly int s_pauseBetweenGames = Units.Steps(2000);

    private readonly GameSession _session;
    private readonly ulong _seed;
    private readonly long _steps;
    private readonly bool _isVirtual;
    private StateHash _ended = new(StateHash.Empty); // of the games that are over
    private long _bestScore;
    private int _overSteps;
    private long _framesAtWarmUp;
    private long _allocatedAtWarmUp;
    private double? _allocatedPerFrame;

    /// <summary>Makes the loop and puts the game on it.</summary>
    /// <param name="time">How long, in game time: to the step.</param>
    /// <param name="hz">Frames per second; 0 has them on a virtual clock, so that nothing waits.</param>
    /// <param name="clock">Another clock, for tests.</param>
    /// <param name="player">Another player, for tests.</param>
    public BotRun(TimeSpan time, ulong seed, double hz, LoopClock? clock = null, IPlayer? player = null)
    {
        _seed = seed;
        _steps = (long)Math.Round(time.TotalSeconds * Units.StepsPerSecond);
        _isVirtual = hz == 0;
        Loop = new MainLoop(new LoopOptions
        {
            Name = "game",
            Clock = clock ?? (hz == 0 ? new VirtualClock() : null),
            FrameRate = hz == 0 ? UnpacedHz : hz,
            FixedStep = Units.Step,
            MaxFixedSteps = 64, // a step that is dropped would be a run of another length
            ErrorPolicy = ErrorPolicy.Stop,
        });
        _session = new GameSession(Loop, player ?? new Bot()) { Stepped = AfterStep };
    }

    public MainLoop Loop { get; }

    public World World => _session.World;

    /// <summary>Steps so far.</summary>
    public long Steps { get; private set; }

    /// <summary>Games that were begun.</summary>
    public int Games { get; private set; }

    /// <summary>Enemies broken in all games.</summary>
    public int Kills { get; private set; }

    /// <summary>The hash of all states of all games.</summary>
    public ulong Hash
    {
        get
        {
            StateHash hash = _ended;
            hash.Add(World.Hash);
            return hash.Value;
        }
    }

    /// <summary>Runs it to its end, or until the loop is stopped.</summary>
    public BotResult Run()
    {
        Begin();
        Loop.Run();
        FrameStats stats = Loop.FrameStats;
        return new BotResult(Hash, Steps, stats, Math.Max(_bestScore, World.Score), Games, World.HoursBegun, Kills + World.Kills, _isVirtual)
        {
            AllocatedBytesPerFrame = _allocatedPerFrame,
        };
    }

    public void Dispose() => Loop.Dispose();

    private void Begin() => _session.Begin(_seed + ((ulong)Games++ * 0x9E3779B97F4A7C15));

    private void AfterStep()
    {
        Steps++;
        World.ClearEvents();
        if (Steps == _steps)
        {
            _session.IsPaused = true; // no step more in this frame
            Loop.Stop();
        }
        else if (World.Phase == WorldPhase.Over && ++_overSteps == s_pauseBetweenGames)
        {
            _bestScore = Math.Max(_bestScore, World.Score);
            Kills += World.Kills;
            _ended.Add(World.Hash);
            _overSteps = 0;
            Begin();
        }

        if (Steps == s_warmUp)
        {
            _framesAtWarmUp = Loop.FrameStats.Frames;
            _allocatedAtWarmUp = GC.GetTotalAllocatedBytes(precise: true);
        }
        else if (Steps == _steps && Steps >= 2 * s_warmUp)
        {
            long allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocatedAtWarmUp;
            _allocatedPerFrame = Math.Round((double)allocated / Math.Max(1, Loop.FrameStats.Frames - _framesAtWarmUp), 3);
        }
    }
}
