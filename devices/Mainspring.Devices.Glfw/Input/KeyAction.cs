namespace Mainspring.Devices.Glfw;

/// <summary>What became of a key or button.</summary>
public enum KeyAction : byte
{
    /// <summary>It was released.</summary>
    Release = 0, // GLFW_RELEASE

    /// <summary>It was pressed.</summary>
    Press = 1, // GLFW_PRESS

    /// <summary>It is held, and the system repeats it.</summary>
    Repeat = 2, // GLFW_REPEAT
}
