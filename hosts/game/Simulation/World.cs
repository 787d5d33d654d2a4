namespace Mainspring.Game;

/// <summary>
/// The whole state of the game, and the one way in which it changes: a fixed step. Integers alone, its own random numbers, places that are filled and freed in a
/// fixed order: the same seed and the same input for each step give the same state, bit for bit, whoever draws it how often.
/// </summary>
internal sealed partial class World
{
    private const int MostShots = 64;
    private const int MostBullets = 160;
    private const int MostPickups = 64;
    private const int MostEvents = 256;

    /// <summary>Longer than any wait of a behaviour, so that all jobs have come home when a game's first enemies appear, whatever was before.</summary>
    private static readonly int s_overture = Units.Steps(1800);

    private static readonly int s_interlude = Units.Steps(2000);
    private static readonly int s_chainSteps = Units.Steps(2500);

    private readonly GameRandom _random = new();
    private readonly Director _director;
    private readonly GameEvent[] _events = new GameEvent[MostEvents];
    private readonly Shot[] _shots = new Shot[MostShots];
    private readonly Shot[] _bullets = new Shot[MostBullets];
    private readonly Pickup[] _pickups = new Pickup[MostPickups];
    private readonly int[] _firstOfKind;
    private Chime _chime;
    private Hour? _provided;
    private int _eventCount;
    private int _phaseStepsLeft;

    public World()
    {
        EnemyKind[] kinds = Enum.GetValues<EnemyKind>();
        _firstOfKind = new int[kinds.Length + 1];
        var enemies = new List<Enemy>();
        foreach (EnemyKind kind in kinds)
        {
            for (int i = 0; i < EnemyTraits.Of(kind).Most; i++)
            {
                enemies.Add(new Enemy(kind));
            }

            _firstOfKind[(int)kind + 1] = enemies.Count;
        }

        Enemies = [.. enemies];
        _director = new Director(this);
        Begin(seed: 0);
    }

    /// <summary>All places for enemies, the living and the free.</summary>
    public Enemy[] Enemies { get; }

    public Player Player { get; } = new();

    public ReadOnlySpan<Shot> Shots => _shots;

    public ReadOnlySpan<Shot> Bullets => _bullets;

    public ReadOnlySpan<Pickup> Pickups => _pickups;

    public ref readonly Chime Chime => ref _chime;

    /// <summary>What has happened since <see cref="ClearEvents"/>.</summary>
    public ReadOnlySpan<GameEvent> Events => _events.AsSpan(0, _eventCount);

    /// <summary>Steps of this game.</summary>
    public long StepNumber { get; private set; }

    /// <summary>The hash of the states after all steps of this game, each on top of the one before.</summary>
    public ulong Hash { get; private set; }

    public WorldPhase Phase { get; private set; }

    public long Score { get; private set; }

    /// <summary>Enemies broken one soon after the other.</summary>
    public int Chain { get; private set; }

    /// <summary>How many times points count, for the chain.</summary>
    public int Multiplier => Math.Min(9, 1 + (Chain / 8));

    /// <summary>Steps until the chain breaks.</summary>
    public int ChainStepsLeft { get; private set; }

    public int Kills { get; private set; }

    /// <summary>Hours since the game's beginning; the present one is this, plus one in an interlude.</summary>
    public int HoursBegun { get; private set; }

    /// <summary>How often the clock has gone round.</summary>
    public int Day => Math.Max(0, HoursBegun - 1) / Hour.PerDay;

    /// <summary>The hour that comes next, from 1 to 12.</summary>
    public int NextHour => (HoursBegun % Hour.PerDay) + 1;

    /// <summary>Whether the next step begins the next hour, and so needs it: <see cref="Provide"/>.</summary>
    public bool NeedsHour => Phase == WorldPhase.Interlude && _phaseStepsLeft == 0 && _provided is null;

    /// <summary>Steps until the next hour.</summary>
    public int PhaseStepsLeft => _phaseStepsLeft;

    /// <summary>Begins a game.</summary>
    public void Begin(ulong seed)
    {
        _random.Seed(seed);
        Player.Reset();
        _director.Reset();
        foreach (Enemy enemy in Enemies)
        {
            enemy.Reset();
        }

        Array.Clear(_shots);
        Array.Clear(_bullets);
        Array.Clear(_pickups);
        _chime = default;
        _provided = null;
        _eventCount = 0;
        (Phase, _phaseStepsLeft) = (WorldPhase.Interlude, s_overture);
        (StepNumber, Score, Chain, ChainStepsLeft, Kills, HoursBegun) = (0, 0, 0, 0, 0, 0);
        Hash = StateHash.Empty;
    }

    /// <summary>Gives the hour that <see cref="NeedsHour"/> asks for. The world does not notice when: its steps wait for it.</summary>
    public void Provide(Hour hour) => _provided = hour;

    public void ClearEvents() => _eventCount = 0;

    /// <summary>One fixed step. The enemies' jobs come after it: they see its result, and steer for the next one.</summary>
    public void Step(in PlayerInput input)
    {
        if (NeedsHour)
        {
            throw new InvalidOperationException($"Hour {NextHour} begins with this step, and nobody has provided it.");
        }

        StepNumber++;
        StepPlayer(in input);
        StepShots();
        StepEnemies();
        StepPickups();
        Collide();
        StepChain();
        StepPhase();
        HashState();
    }

    /// <summary>Tells those who draw.</summary>
    private void Tell(GameEventKind kind, Vector position, int value = 0)
    {
        if (_eventCount < MostEvents)
        {
            _events[_eventCount++] = new GameEvent(kind, position, value);
        }
    }

    private bool HasLivingEnemies
    {
        get
        {
            foreach (Enemy enemy in Enemies)
            {
                if (enemy.IsAlive)
                {
                    return true;
                }
            }

            return false;
        }
    }

    private void StepChain()
    {
        ChainStepsLeft = Math.Max(0, ChainStepsLeft - 1);
        Chain = ChainStepsLeft == 0 ? 0 : Chain;
    }

    private void StepPhase()
    {
        if (!Player.IsAlive)
        {
            Phase = WorldPhase.Over;
        }

        switch (Phase)
        {
            case WorldPhase.Interlude when _phaseStepsLeft > 0:
                _phaseStepsLeft--;
                break;
            case WorldPhase.Interlude:
                _director.Begin(_provided!);
                _provided = null;
                HoursBegun++;
                Phase = WorldPhase.Hour;
                break;
            case WorldPhase.Hour:
                bool isEmpty = !HasLivingEnemies;
                if (isEmpty && _director.IsDone)
                {
                    (Phase, _phaseStepsLeft) = (WorldPhase.Interlude, s_interlude);
                    Score += 100L * HoursBegun;
                    Tell(GameEventKind.HourOver, Player.Position, HoursBegun);
                    break;
                }

                _director.Step(isEmpty);
                break;
            default:
                break;
        }
    }

    private void HashState()
    {
        var hash = new StateHash(Hash);
        hash.Add((ulong)StepNumber);
        hash.Add(_random.State);
        hash.Add((ulong)Score);
        hash.Add(((ulong)(uint)Chain << 32) | (uint)ChainStepsLeft);
        hash.Add(((ulong)Phase << 48) | ((ulong)(uint)HoursBegun << 32) | (uint)_phaseStepsLeft);
        _director.AddTo(ref hash);
        Player.AddTo(ref hash);
        foreach (Enemy enemy in Enemies)
        {
            enemy.AddTo(ref hash);
        }

        AddTo(ref hash, _shots);
        AddTo(ref hash, _bullets);
        foreach (ref readonly Pickup pickup in _pickups.AsSpan())
        {
            hash.Add(((ulong)pickup.Kind << 32) | (uint)pickup.StepsLeft);
            if (pickup.IsThere)
            {
                hash.Add(pickup.Position);
                hash.Add(pickup.Velocity);
            }
        }

        hash.Add(_chime.Position);
        hash.Add(_chime.Radius);
        Hash = hash.Value;
    }

    private static void AddTo(ref StateHash hash, Shot[] shots)
    {
        foreach (ref readonly Shot shot in shots.AsSpan())
        {
            hash.Add(shot.StepsLeft);
            if (shot.IsThere)
            {
                hash.Add(shot.Position);
                hash.Add(shot.Velocity);
                hash.Add(((ulong)(uint)shot.Pierces << 32) | (uint)shot.Within);
            }
        }
    }
}
