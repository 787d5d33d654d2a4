namespace Mainspring.Game;

/// <summary>
/// The world as it is seen between two steps: the states after the last two, and the part of the way between them. So a display of 144 Hz moves smoothly in a simulation of 120, at the
/// price of drawing one step late.
/// </summary>
internal sealed class WorldView(World world)
{
    private const float Jump = 12; // units: nothing moves so far in a step; a place was filled again

    private Snapshot _before = new(world);
    private Snapshot _after = new(world);

    /// <summary>Where between the two states this frame is: <see cref="MainLoop.Interpolation"/>.</summary>
    public float Part { get; set; }

    public World World => world;

    public (float X, float Y) Player => Between(_before.Player, _after.Player);

    public float ChimeRadius => _after.ChimeRadius == 0 ? 0 : Units(_before.ChimeRadius) + ((Units(_after.ChimeRadius) - Units(_before.ChimeRadius)) * Part);

    /// <summary>A step is over.</summary>
    public void Capture()
    {
        (_before, _after) = (_after, _before);
        _after.Take(world);
    }

    public (float X, float Y) Enemy(int place) => Between(_before.Enemies[place], _after.Enemies[place]);

    public (float X, float Y) Shot(int place) => Between(_before.Shots[place], _after.Shots[place]);

    public (float X, float Y) Bullet(int place) => Between(_before.Bullets[place], _after.Bullets[place]);

    public (float X, float Y) Pickup(int place) => Between(_before.Pickups[place], _after.Pickups[place]);

    /// <summary>A length of the simulation, in units.</summary>
    public static float Units(int length) => length / (float)Game.Units.One;

    /// <summary>An angle of the simulation, in radians.</summary>
    public static float Radians(int angle) => angle * (MathF.Tau / Game.Units.Turn);

    private (float X, float Y) Between(Vector before, Vector after)
    {
        float x = Units(after.X), y = Units(after.Y);
        float fromX = Units(before.X), fromY = Units(before.Y);
        return MathF.Abs(x - fromX) + MathF.Abs(y - fromY) > Jump ? (x, y) : (fromX + ((x - fromX) * Part), fromY + ((y - fromY) * Part));
    }
}
