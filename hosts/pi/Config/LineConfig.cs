using Mainspring.Devices;

namespace Mainspring.Pi;

/// <summary>A GPIO line.</summary>
/// <param name="Name">What the rules call it.</param>
/// <param name="Chip">The chip's name or label, such as <c>gpiochip0</c>, or a path outside of <c>/dev</c>.</param>
/// <param name="Line">The line on it.</param>
internal sealed record LineConfig(string Name, string Chip, GpioLine Line)
{
    public bool IsOutput => Line.Direction == GpioDirection.Output;
}
