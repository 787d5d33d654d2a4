namespace Mainspring.Devices;

/// <summary>A contact with a touch surface, as it stands at the end of a frame (multi-touch protocol, type B). It comes before the <see cref="InputFrame"/> that it belongs to.</summary>
/// <param name="Slot">Its place among the contacts that are there at the same time.</param>
/// <param name="TrackingId">The same from its <see cref="InputTouchAction.Down"/> to its <see cref="InputTouchAction.Up"/>, and no other contact's.</param>
/// <param name="Action">What it does.</param>
/// <param name="X">Its position, in the units of <see cref="InputAxisCode.TouchX"/>; at its end the last one.</param>
/// <param name="Y">Its position, in the units of <see cref="InputAxisCode.TouchY"/>.</param>
/// <param name="Pressure">In the units of <see cref="InputAxisCode.TouchPressure"/>; 0 where the device does not say.</param>
/// <param name="Major">The length of its ellipse, in the units of <see cref="InputAxisCode.TouchMajor"/>; 0 where the device does not say.</param>
/// <param name="Time">When the frame ended, on the loop's clock.</param>
/// <param name="KernelTime">When the frame ended, on the system's monotonic clock, in microseconds.</param>
/// <param name="IsSynthetic">Not reported by the device: found by asking for the state after events were lost, or ended since the device has gone.</param>
public readonly record struct InputTouch(
    int Slot, int TrackingId, InputTouchAction Action, int X, int Y, int Pressure, int Major, TimeSpan Time, TimeSpan KernelTime, bool IsSynthetic = false);
