namespace Mainspring.Game;

/// <summary>Something that lies about; a place for one.</summary>
internal struct Pickup
{
    public Vector Position;
    public Vector Velocity;
    public PickupKind Kind;

    /// <summary>Steps until it is gone; 0 is a free place.</summary>
    public int StepsLeft;

    public readonly bool IsThere => StepsLeft > 0;
}
