namespace Mainspring.Game;

/// <summary>What a player does at once, not for a while.</summary>
[Flags]
internal enum PlayerActions : byte
{
    None = 0,

    /// <summary>Leap: fast, invulnerable, and through small enemies.</summary>
    Dash = 1,

    /// <summary>Strike the hour: a ring that breaks what it passes.</summary>
    Chime = 2,
}
