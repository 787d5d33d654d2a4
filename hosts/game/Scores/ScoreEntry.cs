namespace Mainspring.Game;

/// <summary>A game that was played.</summary>
/// <param name="Hour">How many hours it came to.</param>
/// <param name="Seed">With it the same enemies come again.</param>
/// <param name="At">When it ended.</param>
internal sealed record ScoreEntry(long Score, string Name, int Hour, int Kills, ulong Seed, DateTimeOffset At);
