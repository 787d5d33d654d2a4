namespace Mainspring.Devices;

/// <summary>An event of a type that has no event of its own here, such as the scan code of a key (EV_MSC), as the kernel gives it.</summary>
/// <param name="Type">EV_ of linux/input-event-codes.h.</param>
/// <param name="Code">What, within the type.</param>
/// <param name="Value">Its value.</param>
/// <param name="Time">When it happened, on the loop's clock.</param>
/// <param name="KernelTime">When it happened, on the system's monotonic clock, in microseconds.</param>
public readonly record struct InputOther(ushort Type, ushort Code, int Value, TimeSpan Time, TimeSpan KernelTime);
