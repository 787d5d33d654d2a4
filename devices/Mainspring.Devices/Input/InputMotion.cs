namespace Mainspring.Devices;

/// <summary>Something was moved or turned by an amount: a mouse, a wheel.</summary>
/// <param name="Code">What. Wheels that have a high resolution report both: <see cref="InputMotionCode.WheelHighResolution"/> in parts of 120 of a notch, and whole notches.</param>
/// <param name="Delta">By how much, in the device's units; a wheel is turned away from the user, or to the right, when it is positive.</param>
/// <param name="Time">When it happened, on the loop's clock.</param>
/// <param name="KernelTime">When it happened, on the system's monotonic clock, in microseconds.</param>
public readonly record struct InputMotion(InputMotionCode Code, int Delta, TimeSpan Time, TimeSpan KernelTime)
{
    /// <summary>Whether it is a wheel, of either resolution.</summary>
    public bool IsScroll => Code is InputMotionCode.Wheel or InputMotionCode.HorizontalWheel or InputMotionCode.WheelHighResolution or InputMotionCode.HorizontalWheelHighResolution;
}
