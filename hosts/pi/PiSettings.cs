namespace Mainspring.Pi;

/// <summary>What the command line asks for.</summary>
/// <param name="Serial">The serial line; null with <paramref name="Simulate"/>.</param>
/// <param name="Simulate">Make a pseudo-terminal and feed it.</param>
/// <param name="Hz">Frames per second; 0 is event-driven.</param>
/// <param name="For">How long to run; null runs until a signal.</param>
/// <param name="Json">One JSON object per line instead of text.</param>
/// <param name="Quiet">No status lines, only the summary.</param>
/// <param name="Backend">Whose code drives the line.</param>
internal sealed record PiSettings(SerialAddress? Serial, bool Simulate, double Hz, TimeSpan? For, bool Json, bool Quiet, Backend Backend);
