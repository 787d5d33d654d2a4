namespace Mainspring.Devices;

/// <summary>A character arrived whose check bit or stop bit was wrong. It is not part of the data, but has its place among them.</summary>
/// <param name="Value">What was received of it; drivers of some devices give 0.</param>
/// <param name="Number">Its number since the port was made, from 1.</param>
public readonly record struct SerialCharacterError(byte Value, long Number);
