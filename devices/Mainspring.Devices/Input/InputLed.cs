namespace Mainspring.Devices;

/// <summary>A light was switched, by this program or another one.</summary>
/// <param name="Code">Which one.</param>
/// <param name="IsLit">Whether it is on now.</param>
/// <param name="Time">When it happened, on the loop's clock.</param>
/// <param name="KernelTime">When it happened, on the system's monotonic clock, in microseconds.</param>
/// <param name="IsSynthetic">Found by asking for the state after events were lost.</param>
public readonly record struct InputLed(InputLedCode Code, bool IsLit, TimeSpan Time, TimeSpan KernelTime, bool IsSynthetic = false);
