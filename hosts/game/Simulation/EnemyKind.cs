namespace Mainspring.Game;

/// <summary>The kinds of enemies; what each does is in <see cref="Behaviours"/>.</summary>
internal enum EnemyKind : byte
{
    /// <summary>Rust: comes straight at you, weaving a little. Many.</summary>
    Mite,

    /// <summary>Circles around you, then darts through.</summary>
    Moth,

    /// <summary>Takes aim, charges in a straight line, and is dazed by the wall.</summary>
    Ram,

    /// <summary>Keeps its distance and shoots.</summary>
    Spitter,

    /// <summary>Rolls from wall to wall; breaks into pinions.</summary>
    Cog,

    /// <summary>A small cog, faster.</summary>
    Pinion,

    /// <summary>Guards every fourth hour.</summary>
    Regulator,
}
