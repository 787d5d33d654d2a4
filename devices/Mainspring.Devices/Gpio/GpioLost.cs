namespace Mainspring.Devices;

/// <summary>
/// Edges were lost: the kernel's buffer was full, or they came faster than the kernel could note them. The levels are read anew, so that whoever follows them is right again. The loop's
/// counter of losses counts them (<see cref="EventsLost"/> is emitted too, before this).
/// </summary>
/// <param name="Count">How many. On several processors the kernel counts now and then an edge twice, when two meet in its interrupt: the count may be a little too high, never too low.</param>
/// <param name="Levels">The levels of all lines now: bit i is the i-th of <see cref="GpioOptions.Lines"/>.</param>
public readonly record struct GpioLost(long Count, ulong Levels);
