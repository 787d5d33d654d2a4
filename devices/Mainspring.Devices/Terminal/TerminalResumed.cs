namespace Mainspring.Devices;

/// <summary>The program runs again after it was stopped (Ctrl-Z, then <c>fg</c>): the terminal is in raw mode again, and the next frame is drawn as a whole.</summary>
/// <param name="Columns">Its width in cells.</param>
/// <param name="Rows">Its height in cells.</param>
public readonly record struct TerminalResumed(int Columns, int Rows);
