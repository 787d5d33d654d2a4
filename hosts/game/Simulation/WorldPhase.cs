namespace Mainspring.Game;

/// <summary>Where a game is.</summary>
internal enum WorldPhase : byte
{
    /// <summary>An hour is over, or none has begun; the next one comes.</summary>
    Interlude,

    /// <summary>In an hour.</summary>
    Hour,

    /// <summary>The last life is lost.</summary>
    Over,
}
