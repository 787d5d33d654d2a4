namespace Mainspring.Game;

/// <summary>What happened.</summary>
internal enum GameEventKind : byte
{
    /// <summary>A shot was fired; its angle.</summary>
    Fired,

    /// <summary>An enemy was hit; its kind.</summary>
    Hit,

    /// <summary>An enemy broke; its kind.</summary>
    Broken,

    /// <summary>Something was picked up; its kind.</summary>
    PickedUp,

    /// <summary>The player leapt; the angle.</summary>
    Dashed,

    /// <summary>The mainspring struck.</summary>
    Chimed,

    /// <summary>The player was hit; how many lives are left.</summary>
    Hurt,

    /// <summary>An hour is over; its number.</summary>
    HourOver,

    /// <summary>A hit was taken by the ward.</summary>
    Warded,
}
