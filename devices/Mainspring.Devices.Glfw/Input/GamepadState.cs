using System.Runtime.CompilerServices;

namespace Mainspring.Devices.Glfw;

/// <summary>How a gamepad stands, through its mapping.</summary>
public struct GamepadState // struct GLFWgamepadstate
{
    private GamepadButtons _buttons; // buttons
    private GamepadAxes _axes;       // axes

    /// <summary>Nothing is held, the sticks are in the middle, and the triggers up.</summary>
    internal static GamepadState Released { get; } = new GamepadState().With(GamepadAxis.LeftTrigger, -1).With(GamepadAxis.RightTrigger, -1);

    /// <summary>Whether a button is held.</summary>
    /// <param name="button">Which one.</param>
    public readonly bool IsDown(GamepadButton button) => _buttons[(int)button] != 0;

    /// <summary>Where an axis stands, from -1 to 1; a trigger that is released stands at -1.</summary>
    /// <param name="axis">Which one.</param>
    public readonly float Axis(GamepadAxis axis) => _axes[(int)axis];

    internal readonly GamepadState With(GamepadAxis axis, float value)
    {
        GamepadState changed = this;
        changed._axes[(int)axis] = value;
        return changed;
    }

    internal readonly GamepadState With(GamepadButton button, bool isDown)
    {
        GamepadState changed = this;
        changed._buttons[(int)button] = isDown ? (byte)1 : (byte)0;
        return changed;
    }
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
