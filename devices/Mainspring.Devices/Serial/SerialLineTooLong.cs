namespace Mainspring.Devices;

/// <summary>A line was longer than <see cref="LineFraming.MaxLength"/> and was dropped; emitted once, at its end.</summary>
/// <param name="Length">Its bytes, its ending not counted.</param>
public readonly record struct SerialLineTooLong(long Length);
