namespace Mainspring.Devices.Glfw;

#pragma warning disable CS1591 // what stands beside each is its name in GLFW, which says all that is known

/// <summary>An axis of a gamepad, from -1 to 1: sticks from left to right and from top to bottom, triggers from released to pressed (GLFW_GAMEPAD_AXIS_ of GLFW/glfw3.h; checked against it).</summary>
public enum GamepadAxis
{
    LeftX = 0,        // GLFW_GAMEPAD_AXIS_LEFT_X
    LeftY = 1,        // GLFW_GAMEPAD_AXIS_LEFT_Y
    RightX = 2,       // GLFW_GAMEPAD_AXIS_RIGHT_X
    RightY = 3,       // GLFW_GAMEPAD_AXIS_RIGHT_Y
    LeftTrigger = 4,  // GLFW_GAMEPAD_AXIS_LEFT_TRIGGER
    RightTrigger = 5, // GLFW_GAMEPAD_AXIS_RIGHT_TRIGGER
}
