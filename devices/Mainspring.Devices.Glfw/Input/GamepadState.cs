using System.Runtime.CompilerServices;

namespace Mainspring.Devices.Glfw;

/// <summary>How a gamepad stands, through its mapping.</summary>
public struct GamepadState // struct GLFWgamepadstate
{
    private GamepadButtons _buttons; // buttons
    private GamepadAxes _axes;       // axes

    /// <summary>Whether a button is held.</summary>
    /// <param name="button">Which one.</param>
    public readonly bool IsDown(GamepadButton button) => _buttons[(int)button] != 0;

    /// <summary>Where an axis stands, from -1 to 1; a trigger that is released stands at -1.</summary>
    /// <param name="axis">Which one.</param>
    public readonly float Axis(GamepadAxis axis) => _axes[(int)axis];
}

[InlineArray(15)]
internal struct GamepadButtons
{
    private byte _first;
}

[InlineArray(6)]
internal struct GamepadAxes
{
    private float _first;
}
