namespace Mainspring.Devices.Glfw;

#pragma warning disable CS1591 // what stands beside each is its name in GLFW, which says all that is known

/// <summary>A button of a gamepad, by its place on an Xbox controller (GLFW_GAMEPAD_BUTTON_ of GLFW/glfw3.h; checked against it).</summary>
public enum GamepadButton
{
    A = 0,           // GLFW_GAMEPAD_BUTTON_A
    B = 1,           // GLFW_GAMEPAD_BUTTON_B
    X = 2,           // GLFW_GAMEPAD_BUTTON_X
    Y = 3,           // GLFW_GAMEPAD_BUTTON_Y
    LeftBumper = 4,  // GLFW_GAMEPAD_BUTTON_LEFT_BUMPER
    RightBumper = 5, // GLFW_GAMEPAD_BUTTON_RIGHT_BUMPER
    Back = 6,        // GLFW_GAMEPAD_BUTTON_BACK
    Start = 7,       // GLFW_GAMEPAD_BUTTON_START
    Guide = 8,       // GLFW_GAMEPAD_BUTTON_GUIDE
    LeftThumb = 9,   // GLFW_GAMEPAD_BUTTON_LEFT_THUMB
    RightThumb = 10, // GLFW_GAMEPAD_BUTTON_RIGHT_THUMB
    Up = 11,         // GLFW_GAMEPAD_BUTTON_DPAD_UP
    Right = 12,      // GLFW_GAMEPAD_BUTTON_DPAD_RIGHT
    Down = 13,       // GLFW_GAMEPAD_BUTTON_DPAD_DOWN
    Left = 14,       // GLFW_GAMEPAD_BUTTON_DPAD_LEFT
}
