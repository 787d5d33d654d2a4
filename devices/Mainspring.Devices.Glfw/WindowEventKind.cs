namespace Mainspring.Devices.Glfw;

/// <summary>What a <see cref="WindowEvent"/> says, and which of its fields have a meaning.</summary>
public enum WindowEventKind : byte
{
    /// <summary>None: the default value.</summary>
    None,

    /// <summary>A key: <see cref="WindowEvent.Key"/>, <see cref="WindowEvent.ScanCode"/>, <see cref="WindowEvent.Action"/>, <see cref="WindowEvent.Modifiers"/>, <see cref="WindowEvent.IsSynthetic"/>.</summary>
    Key,

    /// <summary>A character was typed: <see cref="WindowEvent.Text"/>.</summary>
    Text,

    /// <summary>A button of the mouse: <see cref="WindowEvent.Button"/>, <see cref="WindowEvent.Action"/>, <see cref="WindowEvent.Modifiers"/>, <see cref="WindowEvent.IsSynthetic"/>, <see cref="WindowEvent.X"/>, <see cref="WindowEvent.Y"/>.</summary>
    MouseButton,

    /// <summary>The mouse was moved to <see cref="WindowEvent.X"/>, <see cref="WindowEvent.Y"/>, from the upper left corner in screen coordinates. Coalesced.</summary>
    MouseMoved,

    /// <summary>A wheel was turned, or a touchpad scrolled, by <see cref="WindowEvent.X"/> and <see cref="WindowEvent.Y"/>; up is positive.</summary>
    Scroll,

    /// <summary>The mouse has entered the window or left it: <see cref="WindowEvent.IsOn"/>.</summary>
    MouseEntered,

    /// <summary>The size is <see cref="WindowEvent.Width"/> by <see cref="WindowEvent.Height"/> now, in screen coordinates. Coalesced.</summary>
    Resized,

    /// <summary>The framebuffer is <see cref="WindowEvent.Width"/> by <see cref="WindowEvent.Height"/> pixels now. Coalesced.</summary>
    FramebufferResized,

    /// <summary>One unit is <see cref="WindowEvent.X"/> by <see cref="WindowEvent.Y"/> times what it is on a plain display. Coalesced.</summary>
    ContentScaleChanged,

    /// <summary>The window was moved: its upper left corner is at <see cref="WindowEvent.X"/>, <see cref="WindowEvent.Y"/>. Coalesced.</summary>
    Moved,

    /// <summary>What the window shows has to be drawn again. Coalesced.</summary>
    RedrawNeeded,

    /// <summary>The window got the keyboard or lost it: <see cref="WindowEvent.IsOn"/>. Before it is lost, what was held is released by synthetic events.</summary>
    FocusChanged,

    /// <summary>The window was iconified or restored: <see cref="WindowEvent.IsOn"/>.</summary>
    Iconified,

    /// <summary>The window was maximized or restored: <see cref="WindowEvent.IsOn"/>.</summary>
    Maximized,

    /// <summary>The user wants to close the window; it stays open until its source is removed.</summary>
    CloseRequested,

    /// <summary>Files were dropped on the window: <see cref="WindowEvent.Paths"/>.</summary>
    Dropped,

    /// <summary>A monitor was connected: <see cref="WindowEvent.Monitor"/>. Comes to every window.</summary>
    MonitorConnected,

    /// <summary>A monitor was disconnected: <see cref="WindowEvent.Monitor"/>. Comes to every window.</summary>
    MonitorDisconnected,

    /// <summary>A gamepad with a mapping is there: <see cref="WindowEvent.Gamepad"/>. Comes to every window.</summary>
    GamepadConnected,

    /// <summary>A gamepad has gone, and what it held is released by synthetic events: <see cref="WindowEvent.Gamepad"/>. Comes to every window.</summary>
    GamepadDisconnected,

    /// <summary>A button of a gamepad: <see cref="WindowEvent.Gamepad"/>, <see cref="WindowEvent.GamepadButton"/>, <see cref="WindowEvent.Action"/>. Comes to the focused window.</summary>
    GamepadButton,

    /// <summary>An axis of a gamepad: <see cref="WindowEvent.Gamepad"/>, <see cref="WindowEvent.GamepadAxis"/>, <see cref="WindowEvent.Value"/>. Once per poll at the most. Comes to the focused window.</summary>
    GamepadAxis,
}
