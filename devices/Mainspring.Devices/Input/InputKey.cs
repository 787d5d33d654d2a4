namespace Mainspring.Devices;

/// <summary>A key or button was pressed, released, or is repeating.</summary>
/// <param name="Code">Which one.</param>
/// <param name="IsPressed">Whether it is down now.</param>
/// <param name="IsRepeat">Whether it was down before: the kernel repeats a keyboard's keys that are held.</param>
/// <param name="Time">When it happened, on the loop's clock.</param>
/// <param name="KernelTime">When it happened, on the system's monotonic clock, in microseconds.</param>
/// <param name="IsSynthetic">Not reported by the device: found by asking for the state after events were lost, or released since the device has gone.</param>
public readonly record struct InputKey(InputKeyCode Code, bool IsPressed, bool IsRepeat, TimeSpan Time, TimeSpan KernelTime, bool IsSynthetic = false);
