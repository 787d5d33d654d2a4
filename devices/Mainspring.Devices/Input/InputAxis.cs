namespace Mainspring.Devices;

/// <summary>An absolute axis has another value.</summary>
/// <param name="Code">The axis.</param>
/// <param name="Value">Its value, in its own units.</param>
/// <param name="Info">Its range.</param>
/// <param name="Time">When it happened, on the loop's clock.</param>
/// <param name="KernelTime">When it happened, on the system's monotonic clock, in microseconds.</param>
/// <param name="IsSynthetic">Found by asking for the state after events were lost, not reported by the device.</param>
public readonly record struct InputAxis(InputAxisCode Code, int Value, InputAxisInfo Info, TimeSpan Time, TimeSpan KernelTime, bool IsSynthetic = false)
{
    /// <summary>From 0 to 1, for triggers, pedals and positions: <see cref="InputAxisInfo.Fraction"/>.</summary>
    public double Fraction => Info.Fraction(Value);

    /// <summary>From -1 to 1, for sticks and hats: <see cref="InputAxisInfo.Deflection"/>.</summary>
    public double Deflection => Info.Deflection(Value);
}
