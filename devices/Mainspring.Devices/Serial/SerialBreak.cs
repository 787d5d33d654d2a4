namespace Mainspring.Devices;

/// <summary>The other side held the line at zero for longer than a character. Comes in its place among the data.</summary>
/// <param name="Number">Its number since the port was made, from 1.</param>
public readonly record struct SerialBreak(long Number);
