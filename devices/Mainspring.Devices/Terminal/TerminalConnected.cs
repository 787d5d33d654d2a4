namespace Mainspring.Devices;

/// <summary>The terminal is open and in raw mode: once after every attach, before its first event. Draw everything.</summary>
/// <param name="Columns">Its width in cells.</param>
/// <param name="Rows">Its height in cells.</param>
public readonly record struct TerminalConnected(int Columns, int Rows);
