namespace Mainspring.Devices;

/// <summary>What came since the frame before belongs together (SYN_REPORT): both axes of a stick, all contacts of a surface.</summary>
/// <param name="Events">How many events of the kernel it has, this one included; 0 when it is synthetic.</param>
/// <param name="Time">When it ended, on the loop's clock.</param>
/// <param name="KernelTime">When it ended, on the system's monotonic clock, in microseconds.</param>
/// <param name="IsSynthetic">Whether it ends events that the device did not report.</param>
public readonly record struct InputFrame(int Events, TimeSpan Time, TimeSpan KernelTime, bool IsSynthetic = false);
