namespace Mainspring.Devices;

/// <summary>
/// Events were lost, because they were not read in time and the kernel's buffer was full (SYN_DROPPED). The state has been read again; what differs follows as synthetic events, ended by a
/// synthetic <see cref="InputFrame"/>. What was pressed and released meanwhile, and relative motion, cannot be had.
/// </summary>
/// <param name="Count">How many at the least: the kernel does not count what it drops.</param>
/// <param name="Time">When it was seen, on the loop's clock.</param>
/// <param name="KernelTime">When the buffer was full, on the system's monotonic clock, in microseconds.</param>
public readonly record struct InputLost(long Count, TimeSpan Time, TimeSpan KernelTime);
