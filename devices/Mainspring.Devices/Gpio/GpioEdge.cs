namespace Mainspring.Devices;

/// <summary>A line has changed its level.</summary>
/// <param name="Line">The line's number on the chip.</param>
/// <param name="Index">The line's place in <see cref="GpioOptions.Lines"/>: its bit in bulk operations.</param>
/// <param name="IsRising">Whether it has become active.</param>
/// <param name="Time">When, on the loop's clock, rounded down to 100 ns.</param>
/// <param name="KernelTimeNs">When, in nanoseconds of the <see cref="GpioOptions.EventClock"/>.</param>
/// <param name="Sequence">Its number among the edges of all lines of the request, from 1; after 4,294,967,295 comes 0.</param>
/// <param name="LineSequence">Its number among the events of this line, from 1; after 4,294,967,295 comes 0.</param>
/// <remarks>
/// Events of one line are in order. Events of several lines that come within microseconds of each other may change places, since the kernel serves each line by a thread of
/// its own: <see cref="Sequence"/> and <see cref="KernelTimeNs"/> say which was first.
/// </remarks>
public readonly record struct GpioEdge(int Line, int Index, bool IsRising, TimeSpan Time, long KernelTimeNs, uint Sequence, uint LineSequence);
