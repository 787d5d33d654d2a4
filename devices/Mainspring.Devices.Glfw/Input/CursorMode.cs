namespace Mainspring.Devices.Glfw;

/// <summary>What the cursor does over a window.</summary>
public enum CursorMode
{
    /// <summary>It is shown, and free.</summary>
    Normal = 0x00034001, // GLFW_CURSOR_NORMAL

    /// <summary>It is not shown while it is over the window, and free.</summary>
    Hidden = 0x00034002, // GLFW_CURSOR_HIDDEN

    /// <summary>It is not shown and held: positions go on without bounds, as a camera wants them.</summary>
    Disabled = 0x00034003, // GLFW_CURSOR_DISABLED
}
