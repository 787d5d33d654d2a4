namespace Mainspring.Pi;

/// <summary>How the loop runs.</summary>
/// <param name="Hz">Frames per second; 0 is event-driven.</param>
/// <param name="Watchdog">How long anything may hold the loop until it is named.</param>
/// <param name="Status">How often a status line is printed; null never.</param>
internal sealed record LoopConfig(double Hz, Precision Precision, TimeSpan? Watchdog, TimeSpan? Status, RealTimeOptions? RealTime);
