namespace Mainspring.Game;

/// <summary>
/// The simulation on a loop: the world's step in each fixed step, the enemies' jobs after it, hours that are loaded meanwhile, and pauses. It asks a player for its input, and does not know
/// who draws.
/// </summary>
internal sealed class GameSession
{
    private readonly MainLoop _loop;
    private readonly HourLoader _hours;
    private bool _isPaused;
    private bool _waitsForHour;

    /// <summary>Puts the game on a loop whose fixed step is <see cref="Units.Step"/>. Nothing happens before <see cref="Begin"/>.</summary>
    public GameSession(MainLoop loop, IPlayer player, Func<int, Stream>? openHour = null)
    {
        _loop = loop;
        Player = player;
        _hours = new HourLoader(loop, openHour ?? HourLoader.OpenBuiltIn) { Loaded = Provide };
        loop.OnFrame(FramePhase.FixedUpdate, Step, "world");
        new Behaviours(World).Start(loop);
        IsPaused = true;
    }

    public World World { get; } = new();

    /// <summary>Who plays.</summary>
    public IPlayer Player { get; set; }

    /// <summary>Called after each step, before the enemies' jobs.</summary>
    public Action? Stepped { get; set; }

    /// <summary>Whether the game stands still, as its player wants.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set
        {
            _isPaused = value;
            Hold();
        }
    }

    /// <summary>Begins a game.</summary>
    public void Begin(ulong seed)
    {
        World.Begin(seed);
        _waitsForHour = false;
        _hours.Want(World.NextHour);
        IsPaused = false;
    }

    private void Step(Frame frame)
    {
        if (_isPaused || _waitsForHour)
        {
            return; // paused within this frame, by a callback of the same step
        }

        World.Step(Player.Decide(World));
        if (World.Phase != WorldPhase.Over)
        {
            _hours.Want(World.NextHour);
            Provide();
        }

        Stepped?.Invoke();
    }

    // The world needs an hour between two steps. If it is not there, no step comes until it is: so no step can tell how long that took.
    private void Provide()
    {
        if (World.NeedsHour && _hours.TryTake(World.NextHour) is { } hour)
        {
            World.Provide(hour);
        }

        _waitsForHour = World.NeedsHour;
        Hold();
    }

    // The loop's game time stands still as long as there is a reason; in a fixed step that step is the last one.
    private void Hold()
    {
        bool holds = _isPaused || _waitsForHour;
        if (holds != _loop.IsPaused)
        {
            if (holds)
            {
                _loop.Pause();
            }
            else
            {
                _loop.Resume();
            }
        }
    }
}
