namespace Mainspring.Game;

/// <summary>The ring of a strike, which grows and breaks what it passes.</summary>
internal struct Chime
{
    private const int FarthestUnits = 230;

    private static readonly int s_speed = Units.Speed(300);

    public Vector Position;

    /// <summary>How far it has come; 0 is no ring.</summary>
    public int Radius;

    public readonly bool IsThere => Radius > 0;

    /// <summary>What it has passed in this step lies between this and <see cref="Radius"/>.</summary>
    public readonly int RadiusBefore => Math.Max(0, Radius - s_speed);

    public void Begin(Vector position) => (Position, Radius) = (position, 1);

    public void Grow() => Radius = !IsThere || Radius > FarthestUnits * Units.One ? 0 : Radius + s_speed;

    /// <summary>Whether it passes a place in this step.</summary>
    public readonly bool Passes(Vector place)
    {
        int distance = (place - Position).Length;
        return distance < Radius && distance >= RadiusBefore;
    }
}
