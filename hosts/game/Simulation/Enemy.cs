namespace Mainspring.Game;

/// <summary>
/// A place for an enemy. There are as many of each kind as may live at once, they are made at the start, and each has a job that lives as long: an enemy that appears
/// allocates nothing. A place is free again when its enemy has ended <em>and</em> its job has come home, so that no job goes on in the middle of another life.
/// </summary>
internal sealed class Enemy(EnemyKind kind)
{
    /// <summary>How long it is shown before it can do or suffer anything.</summary>
    public static readonly int ArrivalSteps = Units.Steps(700);

    public EnemyKind Kind => kind;

    public EnemyTraits Traits => EnemyTraits.Of(kind);

    public bool IsAlive { get; private set; }

    /// <summary>Whether its job waits for the next life.</summary>
    public bool IsHome { get; private set; } = true;

    /// <summary>Whether it is not there yet, or no more.</summary>
    public bool IsAway => !IsAlive || Arriving > 0;

    /// <summary>Steps until it is there.</summary>
    public int Arriving { get; private set; }

    /// <summary>Which life of this place it is, for drawing.</summary>
    public int Life { get; private set; }

    public Vector Position { get; set; }

    public Vector Velocity { get; set; }

    /// <summary>Where it looks.</summary>
    public int Angle { get; set; }

    public int Health { get; private set; }

    public int FullHealth { get; private set; }

    /// <summary>Steps that it has lived.</summary>
    public int Age { get; private set; }

    /// <summary>What it is about to do, for drawing: 0 nothing, up to 255 now.</summary>
    public int Alert { get; set; }

    /// <summary>Steps since it was hit last, for drawing.</summary>
    public int SinceHit { get; private set; }

    /// <summary>Whether it has run into a wall in this step.</summary>
    public bool HasBounced { get; set; }

    /// <summary>Its job has come home, or still waits there: asked in each step until it goes out again.</summary>
    /// <returns>Whether there is nothing to do yet.</returns>
    public bool Rests()
    {
        IsHome = !IsAlive;
        return IsAway;
    }

    /// <summary>A life begins.</summary>
    public void Appear(Vector position, int health, int arriving)
    {
        (IsAlive, IsHome, HasBounced) = (true, false, false);
        (Position, Velocity, Angle, Alert, Age) = (position, default, 0, 0, 0);
        Health = FullHealth = health;
        Arriving = arriving;
        SinceHit = byte.MaxValue;
        Life++;
    }

    /// <summary>Takes hits.</summary>
    /// <returns>Whether it has broken.</returns>
    public bool Suffer(int hits)
    {
        Health -= hits;
        SinceHit = 0;
        IsAlive = Health > 0;
        return !IsAlive;
    }

    /// <summary>It is gone, without a trace.</summary>
    public void Vanish() => IsAlive = false;

    /// <summary>A game begins: as if it had never lived.</summary>
    public void Reset()
    {
        (IsAlive, Life, Age, Alert, Arriving, Health, FullHealth) = (false, 0, 0, 0, 0, 0, 0);
        (Position, Velocity, Angle) = (default, default, 0);
    }

    /// <summary>Moves on by a step; walls turn it around.</summary>
    public void Move()
    {
        Age++;
        SinceHit = Math.Min(byte.MaxValue, SinceHit + 1);
        if (Arriving > 0)
        {
            Arriving--;
            return;
        }

        Vector next = Position + Velocity;
        Vector inside = Arena.Clamp(next, Traits.Radius);
        HasBounced |= next != inside;
        Velocity = new Vector(next.X == inside.X ? Velocity.X : -Velocity.X, next.Y == inside.Y ? Velocity.Y : -Velocity.Y);
        Position = inside;
    }

    public void AddTo(ref StateHash hash)
    {
        hash.Add(IsAlive ? Life : 0);
        if (IsAlive)
        {
            hash.Add(((ulong)(uint)Health << 40) | ((ulong)(uint)Alert << 32) | (uint)Angle);
            hash.Add(Position);
            hash.Add(Velocity);
            hash.Add(((ulong)(uint)Age << 32) | (uint)Arriving);
        }
    }
}
