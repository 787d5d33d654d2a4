namespace Mainspring;

/// <summary>One frame of the loop. Times are since the loop's start.</summary>
/// <param name="Index">Its number, from 0; a dropped frame takes no number.</param>
/// <param name="Start">When its first phase began.</param>
/// <param name="Delta">The time since the frame before began; the period, for the first one.</param>
/// <param name="Deadline">When the next frame is due, by which this one has to be done; <see cref="TimeSpan.MaxValue"/> when nobody gave one.</param>
public readonly record struct Frame(long Index, TimeSpan Start, TimeSpan Delta, TimeSpan Deadline);
