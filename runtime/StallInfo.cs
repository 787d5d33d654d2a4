namespace Mainspring;

/// <summary>Something that holds, or held, the loop for too long.</summary>
/// <param name="Name">What was running when the watchdog looked.</param>
/// <param name="Duration">How long it has been, or was, running.</param>
/// <param name="IsOver">False while it still runs; a second report follows when it is over.</param>
public readonly record struct StallInfo(string Name, TimeSpan Duration, bool IsOver);
