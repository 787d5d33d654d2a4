namespace Mainspring.Game;

/// <summary>From the title through a game to its end and back; who plays meanwhile, and what becomes of the score.</summary>
internal sealed class GameFlow
{
    private static readonly TimeSpan s_restBeforeRestart = TimeSpan.FromSeconds(1); // so that a key in the heat of the fight does not begin the next game

    private readonly MainLoop _loop;
    private readonly GameSession _session;
    private readonly ScoreBoard _scores;
    private readonly InputLatch _latch;
    private readonly Bot _bot = new();
    private readonly ulong? _seed;
    private TimeSpan _since;
    private bool _isSubmitted = true;

    /// <param name="seed">Of every game; null: another one each time.</param>
    public GameFlow(MainLoop loop, GameSession session, InputLatch latch, ScoreBoard scores, ulong? seed)
    {
        (_loop, _session, _latch, _scores, _seed) = (loop, session, latch, scores, seed);
        ToTitle();
    }

    public GameMode Mode { get; private set; }

    /// <summary>Whether the graph of frame times is shown.</summary>
    public bool ShowsGraph { get; private set; }

    /// <summary>The seed of the game that runs or ran last.</summary>
    public ulong Seed { get; private set; }

    /// <summary>The place of the last score among the best, from 1; 0 when it is none of them.</summary>
    public int Rank => _scores.LastRank;

    /// <summary>How long it has been in this mode.</summary>
    public TimeSpan TimeInMode => _loop.Now - _since;

    /// <summary>A key was pressed.</summary>
    public void Press(GameKey key)
    {
        switch (key)
        {
            case GameKey.Graph:
                ShowsGraph = !ShowsGraph;
                break;
            case GameKey.Pause when Mode == GameMode.Playing:
                Pause();
                break;
            case GameKey.Pause or GameKey.Dash or GameKey.Chime when Mode == GameMode.Paused:
                Resume();
                break;
            case GameKey.Quit when Mode == GameMode.Playing:
                Pause();
                break;
            case GameKey.Quit when Mode == GameMode.Paused:
                Submit();
                ToTitle();
                break;
            case GameKey.Dash or GameKey.Chime when Mode == GameMode.Title || (Mode == GameMode.Over && TimeInMode > s_restBeforeRestart):
                Begin();
                break;
            case GameKey.Pause or GameKey.Quit when Mode == GameMode.Over:
                ToTitle();
                break;
            case GameKey.Pause or GameKey.Quit when Mode == GameMode.Title:
                _loop.Stop();
                break;
            default:
                break;
        }
    }

    /// <summary>The window lost the focus, or the program was stopped: nobody looks.</summary>
    public void Pause()
    {
        if (Mode == GameMode.Playing)
        {
            Enter(GameMode.Paused);
            _session.IsPaused = true;
            _latch.Clear();
        }
    }

    /// <summary>Once a frame.</summary>
    public void Update()
    {
        if (_session.World.Phase != WorldPhase.Over)
        {
            return;
        }

        if (Mode == GameMode.Playing)
        {
            Enter(GameMode.Over);
            Submit();
        }
        else if (Mode == GameMode.Title && TimeInMode > TimeSpan.FromSeconds(5))
        {
            ToTitle();
        }
    }

    /// <summary>The score of a game that has not ended counts too.</summary>
    public void Submit()
    {
        if (!_isSubmitted)
        {
            _isSubmitted = true;
            _scores.Add(_session.World, Seed);
        }
    }

    private void Begin()
    {
        Enter(GameMode.Playing);
        _latch.Clear();
        _session.Player = _latch;
        _isSubmitted = false;
        BeginGame();
    }

    private void Resume()
    {
        Enter(GameMode.Playing);
        _latch.Clear();
        _session.IsPaused = false;
    }

    private void ToTitle()
    {
        Enter(GameMode.Title);
        _session.Player = _bot;
        BeginGame();
    }

    private void BeginGame()
    {
        Seed = _seed ?? (ulong)Random.Shared.NextInt64();
        _session.Begin(Seed);
    }

    private void Enter(GameMode mode)
    {
        Mode = mode;
        _since = _loop.Now;
    }
}
