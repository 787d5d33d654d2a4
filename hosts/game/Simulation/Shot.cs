namespace Mainspring.Game;

/// <summary>Something that flies straight on: the player's bolts, and what spitters spit.</summary>
internal struct Shot
{
    public Vector Position;
    public Vector Velocity;

    /// <summary>Steps until it is gone; 0 is a free place.</summary>
    public int StepsLeft;

    /// <summary>How many more enemies it goes through.</summary>
    public int Pierces;

    /// <summary>The enemy that it goes through at present, so that it does not hit it again; -1 none.</summary>
    public int Within;

    public readonly bool IsThere => StepsLeft > 0;

    public void Move()
    {
        Position += Velocity;
        StepsLeft = Arena.Contains(Position) ? StepsLeft - 1 : 0;
    }
}
