namespace Mainspring.Game;

/// <summary>What a run of the bot came to.</summary>
/// <param name="Hash">Of all states.</param>
/// <param name="Score">The best one.</param>
/// <param name="Games">Games that were begun.</param>
/// <param name="Hours">Hours of the last game.</param>
/// <param name="Kills">Enemies broken in all games.</param>
/// <param name="IsUnpaced">Whether frames were not kept to real time.</param>
internal sealed record BotResult(ulong Hash, long Steps, FrameStats Frames, long Score, int Games, int Hours, int Kills, bool IsUnpaced)
{
    /// <summary>After the first five seconds of game time; null when the run was too short to tell.</summary>
    public double? AllocatedBytesPerFrame { get; init; }
}
