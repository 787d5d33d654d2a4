namespace Mainspring.Game;

/// <summary>Sparks and rings for what happens. Only to be looked at: in floating point, by frames, with chance of its own.</summary>
internal sealed class Particles
{
    private const int Most = 600;
    private const int MostRings = 24;

    private readonly Spark[] _sparks = new Spark[Most];
    private readonly Wave[] _waves = new Wave[MostRings];
    private readonly GameRandom _random = new();
    private int _next;
    private int _nextWave;
    private float _shake;

    /// <summary>Begins what events show.</summary>
    public void Add(ReadOnlySpan<GameEvent> events)
    {
        foreach (ref readonly GameEvent e in events)
        {
            float x = WorldView.Units(e.Position.X), y = WorldView.Units(e.Position.Y);
            switch (e.Kind)
            {
                case GameEventKind.Hit:
                    Burst(x, y, 3, 40, 0.25f, Palette.Of((EnemyKind)e.Value));
                    break;
                case GameEventKind.Broken:
                    var kind = (EnemyKind)e.Value;
                    float size = EnemyTraits.Of(kind).Radius / (4f * Units.One);
                    Burst(x, y, (int)(10 * size), 60 + (20 * size), 0.5f + (0.1f * size), Palette.Of(kind));
                    Ring(x, y, 14 * size, 0.35f, Palette.Of(kind));
                    _shake = Math.Max(_shake, size - 0.9f);
                    break;
                case GameEventKind.PickedUp:
                    Burst(x, y, (PickupKind)e.Value == PickupKind.Gear ? 3 : 14, 45, 0.3f, Palette.Of((PickupKind)e.Value));
                    break;
                case GameEventKind.Dashed:
                    Burst(x, y, 12, 50, 0.35f, Palette.Teal);
                    break;
                case GameEventKind.Chimed:
                    Ring(x, y, 40, 0.5f, Palette.Brass);
                    _shake = Math.Max(_shake, 2);
                    break;
                case GameEventKind.Hurt:
                    Burst(x, y, 60, 130, 0.9f, Palette.Alarm);
                    Ring(x, y, 60, 0.6f, Palette.Alarm);
                    _shake = Math.Max(_shake, 4);
                    break;
                case GameEventKind.Warded:
                    Ring(x, y, 24, 0.4f, Palette.Of(PickupKind.Ward));
                    break;
                case GameEventKind.HourOver:
                    Ring(x, y, 160, 1.2f, Palette.Brass);
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Goes on by a frame, and draws.</summary>
    public void Draw(DrawList list, float seconds, float top)
    {
        float slower = MathF.Exp(-4 * seconds);
        for (int i = 0; i < _sparks.Length; i++)
        {
            ref Spark spark = ref _sparks[i];
            if (spark.Left > 0)
            {
                spark.Left -= seconds;
                spark.X += spark.SpeedX * seconds;
                spark.Y += spark.SpeedY * seconds;
                spark.SpeedX *= slower;
                spark.SpeedY *= slower;
                float part = Math.Clamp(spark.Left / spark.Time, 0, 1);
                list.Disc(spark.X, spark.Y + top, 0.35f + part, spark.Colour, part, part * 0.5f, 3);
            }
        }

        foreach (ref Wave wave in _waves.AsSpan())
        {
            if (wave.Left > 0)
            {
                wave.Left -= seconds;
                float part = Math.Clamp(wave.Left / wave.Time, 0, 1);
                list.Ring(wave.X, wave.Y + top, wave.Radius * (1 - (part * part)), 1, wave.Colour, part * 0.8f, part * 0.4f, 5);
            }
        }

        _shake *= MathF.Exp(-7 * seconds);
        list.Shake = _shake < 0.1f ? default : (Even(_shake), Even(_shake));
    }

    private void Burst(float x, float y, int count, float speed, float time, Colour colour)
    {
        for (int i = 0; i < count; i++)
        {
            (float sine, float cosine) = MathF.SinCos(_random.Next(10_000) * (MathF.Tau / 10_000));
            float own = speed * (0.3f + (_random.Next(1000) / 1000f));
            _sparks[_next] = new Spark { X = x, Y = y, SpeedX = cosine * own, SpeedY = sine * own, Left = time, Time = time, Colour = colour };
            _next = (_next + 1) % Most;
        }
    }

    private void Ring(float x, float y, float radius, float time, Colour colour)
    {
        _waves[_nextWave] = new Wave { X = x, Y = y, Radius = radius, Left = time, Time = time, Colour = colour };
        _nextWave = (_nextWave + 1) % MostRings;
    }

    private float Even(float size) => ((_random.Next(2001) / 1000f) - 1) * size;

    private struct Spark
    {
        public float X, Y, SpeedX, SpeedY, Left, Time;
        public Colour Colour;
    }

    private struct Wave
    {
        public float X, Y, Radius, Left, Time;
        public Colour Colour;
    }
}
