namespace Mainspring.Game;

/// <summary>Where the program is.</summary>
internal enum GameMode
{
    /// <summary>The title; the bot plays behind it.</summary>
    Title,
    Playing,
    Paused,

    /// <summary>The game is lost.</summary>
    Over,
}
