namespace Mainspring.Game;

/// <summary>Where enemies appear.</summary>
internal enum SpawnPlace : byte
{
    /// <summary>Anywhere along the walls.</summary>
    Edge,
    Left,
    Right,
    Top,
    Bottom,

    /// <summary>In the four corners, in turn.</summary>
    Corners,

    /// <summary>In a circle around the player, evenly.</summary>
    Ring,

    /// <summary>In the middle.</summary>
    Center,
}
