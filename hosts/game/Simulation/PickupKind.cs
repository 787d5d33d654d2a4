namespace Mainspring.Game;

/// <summary>What lies about to be picked up.</summary>
internal enum PickupKind : byte
{
    /// <summary>A gear: points, and it winds the mainspring, which strikes when it is full.</summary>
    Gear,

    /// <summary>Shoots twice as often, for a while.</summary>
    Rapid,

    /// <summary>Shoots three ways, for a while.</summary>
    Spread,

    /// <summary>Shots go through, for a while.</summary>
    Pierce,

    /// <summary>Takes the next hit.</summary>
    Ward,

    /// <summary>A life.</summary>
    Spring,
}
