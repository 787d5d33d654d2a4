namespace Mainspring.Devices;

/// <summary>What the driver of a serial line counts (ioctl_tty(2), TIOCGICOUNT).</summary>
/// <param name="FramingErrors">Characters whose stop bit was missing.</param>
/// <param name="ParityErrors">Characters whose check bit was wrong.</param>
/// <param name="Breaks">Breaks.</param>
/// <param name="Overruns">Characters that the device had no room for.</param>
/// <param name="BufferOverruns">Characters that the system had no room for.</param>
public readonly record struct SerialDeviceCounts(long FramingErrors, long ParityErrors, long Breaks, long Overruns, long BufferOverruns)
{
    /// <summary>Adds each.</summary>
    public static SerialDeviceCounts operator +(SerialDeviceCounts a, SerialDeviceCounts b) => new(
        a.FramingErrors + b.FramingErrors, a.ParityErrors + b.ParityErrors, a.Breaks + b.Breaks, a.Overruns + b.Overruns, a.BufferOverruns + b.BufferOverruns);

    /// <summary>Subtracts each.</summary>
    public static SerialDeviceCounts operator -(SerialDeviceCounts a, SerialDeviceCounts b) => new(
        a.FramingErrors - b.FramingErrors, a.ParityErrors - b.ParityErrors, a.Breaks - b.Breaks, a.Overruns - b.Overruns, a.BufferOverruns - b.BufferOverruns);
}
