namespace Mainspring.Devices;

/// <summary>A switch was put into its other position.</summary>
/// <param name="Code">Which one.</param>
/// <param name="IsOn">Its position.</param>
/// <param name="Time">When it happened, on the loop's clock.</param>
/// <param name="KernelTime">When it happened, on the system's monotonic clock, in microseconds.</param>
/// <param name="IsSynthetic">Found by asking for the state after events were lost, not reported by the device.</param>
public readonly record struct InputSwitch(InputSwitchCode Code, bool IsOn, TimeSpan Time, TimeSpan KernelTime, bool IsSynthetic = false);
