namespace Mainspring.Game;

/// <summary>What the command line asks for.</summary>
/// <param name="BotTime">How long the scripted player plays, in game time; null: a person plays.</param>
/// <param name="Seed">The first game's; null: another one each time.</param>
/// <param name="Hz">Frames per second; 0: as many as there is time for (with the bot), or the display's rate.</param>
/// <param name="Terminal">Whether to play in the terminal though there may be a display.</param>
/// <param name="Backend">What opens the window.</param>
/// <param name="ScoreFile">Where the scores are kept; null: where the system keeps such things.</param>
internal sealed record GameSettings(TimeSpan? BotTime, ulong? Seed, double Hz, bool Terminal, WindowBackend Backend, string? ScoreFile, bool Json);
