namespace Mainspring.Scheduler;

/// <summary>What the command line asks for.</summary>
/// <param name="Hz">Frames per second.</param>
/// <param name="BudgetNs">How long after a frame's start background work may run.</param>
/// <param name="Jobs">How many jobs wait for the next frame, in every frame.</param>
/// <param name="Time">How long to run.</param>
/// <param name="Loads">The load.</param>
/// <param name="Precision">How the loop waits.</param>
/// <param name="Json">One JSON object per line instead of text.</param>
internal sealed record SchedulerSettings(double Hz, long BudgetNs, int Jobs, TimeSpan Time, IReadOnlyList<LoadSpec> Loads, Precision Precision, bool Json)
{
    /// <summary>More background work than there is time for, in pieces that would make frames late, and something of everything else.</summary>
    public static IReadOnlyList<string> DefaultLoads { get; } = ["frame:1x1ms", "background:10x2ms", "timer:10x20us@100hz", "callback:20x5us"];
}
