namespace Mainspring.Devices.Simulation;

/// <summary>A change of a <see cref="SimulatedPwm"/>.</summary>
/// <param name="At">When, since the loop's start.</param>
/// <param name="State">What it puts out from then on.</param>
public readonly record struct PwmChange(TimeSpan At, PwmState State);
