namespace Mainspring.Game;

// How enemies appear.
internal sealed partial class World
{
    private const int Margin = 10 * Units.One;
    private const int RingRadius = 66 * Units.One;
    private const int Room = 44 * Units.One; // nothing appears nearer to the player

    /// <summary>How fast a kind is today, per step: a quarter faster each day, up to twice as fast.</summary>
    public int SpeedOf(EnemyKind kind) => Units.Speed(EnemyTraits.Of(kind).Speed) * (4 + Math.Min(4, Day)) / 4;

    /// <summary>A wait, which gets shorter from day to day.</summary>
    public int Pause(int milliseconds) => Units.Steps(milliseconds) * 4 / (4 + Math.Min(4, Day));

    /// <summary>A random number for a behaviour.</summary>
    public int Draw(int bound) => _random.Next(bound);

    /// <summary>Lets an enemy of a group appear.</summary>
    /// <returns>False when there are as many of its kind as there may be: later, then.</returns>
    public bool TrySpawn(in SpawnGroup group, int number)
    {
        if (Free(group.Kind) is not { } enemy)
        {
            return false;
        }

        Vector place = PlaceFor(in group, number);
        if (place.IsWithin(Player.Position, Room))
        {
            Vector way = place - Player.Position;
            place = Player.Position + (way == default ? new Vector(Room, 0) : way.WithLength(Room));
        }

        enemy.Appear(Arena.Clamp(place, enemy.Traits.Radius + Units.One), HealthOf(group.Kind), Enemy.ArrivalSteps);
        return true;
    }

    /// <summary>Lets an enemy appear beside another one.</summary>
    public void Summon(EnemyKind kind, Vector place)
    {
        if (Free(kind) is { } enemy)
        {
            enemy.Appear(Arena.Clamp(place, enemy.Traits.Radius + Units.One), HealthOf(kind), Enemy.ArrivalSteps);
        }
    }

    private int HealthOf(EnemyKind kind) => EnemyTraits.Of(kind).Health is var health and > 1 ? health + (health * Math.Min(4, Day) / 4) : 1;

    private Enemy? Free(EnemyKind kind)
    {
        for (int i = _firstOfKind[(int)kind]; i < _firstOfKind[(int)kind + 1]; i++)
        {
            if (!Enemies[i].IsAlive && Enemies[i].IsHome)
            {
                return Enemies[i];
            }
        }

        return null;
    }

    private Vector PlaceFor(in SpawnGroup group, int number)
    {
        switch (group.Place)
        {
            case SpawnPlace.Left:
                return new Vector(Margin, _random.Next(Arena.Height));
            case SpawnPlace.Right:
                return new Vector(Arena.Width - Margin, _random.Next(Arena.Height));
            case SpawnPlace.Top:
                return new Vector(_random.Next(Arena.Width), Margin);
            case SpawnPlace.Bottom:
                return new Vector(_random.Next(Arena.Width), Arena.Height - Margin);
            case SpawnPlace.Corners:
                return new Vector((number & 1) == 0 ? Margin : Arena.Width - Margin, ((number >> 1) & 1) == 0 ? Margin : Arena.Height - Margin);
            case SpawnPlace.Ring:
                return Player.Position + Trigonometry.Toward(number * Units.Turn / group.Count, RingRadius);
            case SpawnPlace.Center:
                return Arena.Center;
            default:
                int along = _random.Next(2 * (Arena.Width + Arena.Height));
                return along < 2 * Arena.Width
                    ? new Vector(along % Arena.Width, along < Arena.Width ? Margin : Arena.Height - Margin)
                    : new Vector((along -= 2 * Arena.Width) < Arena.Height ? Margin : Arena.Width - Margin, along % Arena.Height);
        }
    }
}
