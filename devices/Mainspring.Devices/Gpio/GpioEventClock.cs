namespace Mainspring.Devices;

/// <summary>The clock that stamps edges in the kernel: <see cref="GpioEdge.KernelTimeNs"/>.</summary>
public enum GpioEventClock
{
    /// <summary>CLOCK_MONOTONIC, which the loop's own clock is based on: <see cref="GpioEdge.Time"/> is exact.</summary>
    Monotonic,

    /// <summary>CLOCK_REALTIME: the wall clock, which jumps when it is set. <see cref="GpioEdge.Time"/> is wrong by what it jumped between the edge and its reading.</summary>
    Realtime,

    /// <summary>The hardware's timestamp engine, where there is one. Its zero is unknown: <see cref="GpioEdge.Time"/> is late by the least delay of an event so far.</summary>
    Hardware,
}
