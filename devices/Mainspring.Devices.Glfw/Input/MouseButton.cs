namespace Mainspring.Devices.Glfw;

/// <summary>A button of the mouse.</summary>
public enum MouseButton : byte
{
    /// <summary>The left one.</summary>
    Left = 0, // GLFW_MOUSE_BUTTON_LEFT

    /// <summary>The right one.</summary>
    Right = 1, // GLFW_MOUSE_BUTTON_RIGHT

    /// <summary>The middle one, or the wheel.</summary>
    Middle = 2, // GLFW_MOUSE_BUTTON_MIDDLE

    /// <summary>The fourth, often "back".</summary>
    Button4 = 3, // GLFW_MOUSE_BUTTON_4

    /// <summary>The fifth, often "forward".</summary>
    Button5 = 4, // GLFW_MOUSE_BUTTON_5

    /// <summary>The sixth.</summary>
    Button6 = 5, // GLFW_MOUSE_BUTTON_6

    /// <summary>The seventh.</summary>
    Button7 = 6, // GLFW_MOUSE_BUTTON_7

    /// <summary>The eighth.</summary>
    Button8 = 7, // GLFW_MOUSE_BUTTON_8
}
