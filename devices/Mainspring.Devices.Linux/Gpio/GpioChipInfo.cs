namespace Mainspring.Devices.Linux;

/// <summary>A GPIO chip of this machine.</summary>
/// <param name="Path">Its device, such as <c>/dev/gpiochip0</c>.</param>
/// <param name="Name">The kernel's name for it, such as <c>gpiochip0</c>.</param>
/// <param name="Label">What it is, such as <c>pinctrl-bcm2711</c>; empty when it could not be asked.</param>
/// <param name="LineCount">How many lines it has; 0 when it could not be asked.</param>
/// <param name="Problem">Why it could not be asked; null when it was.</param>
public sealed record GpioChipInfo(string Path, string Name, string Label, int LineCount, string? Problem = null);
