using System.Text;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// Handlers for one kind of <see cref="WindowEvent"/>. They are handlers of that one event, and run in the order in which all were added. What they throw goes to
/// <see cref="MainLoop.UnhandledException"/> under the window's name.
/// </summary>
public static class WindowCallbacks
{
    /// <summary>A character was typed, keyboard layout and dead keys applied.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnText(this SourceHandle window, Action<Rune> handler) => On(window, WindowEventKind.Text, (in WindowEvent e) => handler(e.Text), handler);

    /// <summary>A key was pressed, repeated or released.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnKey(this SourceHandle window, Action<WindowEvent> handler) => On(window, WindowEventKind.Key, (in WindowEvent e) => handler(e), handler);

    /// <summary>A button of the mouse was pressed or released.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnMouseButton(this SourceHandle window, Action<WindowEvent> handler) => On(window, WindowEventKind.MouseButton, (in WindowEvent e) => handler(e), handler);

    /// <summary>The mouse was moved to this place.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnMouseMoved(this SourceHandle window, Action<double, double> handler) => On(window, WindowEventKind.MouseMoved, (in WindowEvent e) => handler(e.X, e.Y), handler);

    /// <summary>A wheel was turned by this much, to the right and up.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnScroll(this SourceHandle window, Action<double, double> handler) => On(window, WindowEventKind.Scroll, (in WindowEvent e) => handler(e.X, e.Y), handler);

    /// <summary>The mouse has entered the window, or left it.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnMouseEntered(this SourceHandle window, Action<bool> handler) => On(window, WindowEventKind.MouseEntered, (in WindowEvent e) => handler(e.IsOn), handler);

    /// <summary>The window has this size now, in screen coordinates.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnResized(this SourceHandle window, Action<int, int> handler) => On(window, WindowEventKind.Resized, (in WindowEvent e) => handler(e.Width, e.Height), handler);

    /// <summary>The framebuffer has this size now, in pixels.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnFramebufferResized(this SourceHandle window, Action<int, int> handler) => On(window, WindowEventKind.FramebufferResized, (in WindowEvent e) => handler(e.Width, e.Height), handler);

    /// <summary>Things are to be drawn this much larger than on a plain display.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnContentScaleChanged(this SourceHandle window, Action<double, double> handler) => On(window, WindowEventKind.ContentScaleChanged, (in WindowEvent e) => handler(e.X, e.Y), handler);

    /// <summary>The window is at this place now.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnMoved(this SourceHandle window, Action<int, int> handler) => On(window, WindowEventKind.Moved, (in WindowEvent e) => handler((int)e.X, (int)e.Y), handler);

    /// <summary>What the window shows has to be drawn again.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnRedrawNeeded(this SourceHandle window, Action handler) => On(window, WindowEventKind.RedrawNeeded, (in WindowEvent e) => handler(), handler);

    /// <summary>The window got the keyboard, or lost it.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnFocusChanged(this SourceHandle window, Action<bool> handler) => On(window, WindowEventKind.FocusChanged, (in WindowEvent e) => handler(e.IsOn), handler);

    /// <summary>The window was iconified, or restored.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnIconified(this SourceHandle window, Action<bool> handler) => On(window, WindowEventKind.Iconified, (in WindowEvent e) => handler(e.IsOn), handler);

    /// <summary>The window was maximized, or restored.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnMaximized(this SourceHandle window, Action<bool> handler) => On(window, WindowEventKind.Maximized, (in WindowEvent e) => handler(e.IsOn), handler);

    /// <summary>The user wants to close the window; removing the source closes it.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnCloseRequested(this SourceHandle window, Action handler) => On(window, WindowEventKind.CloseRequested, (in WindowEvent e) => handler(), handler);

    /// <summary>Files were dropped on the window.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnDropped(this SourceHandle window, Action<IReadOnlyList<string>> handler) => On(window, WindowEventKind.Dropped, (in WindowEvent e) => handler(e.Paths), handler);

    /// <summary>A monitor was connected (true) or disconnected.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnMonitorChanged(this SourceHandle window, Action<GlfwMonitor, bool> handler)
    {
        On(window, WindowEventKind.MonitorConnected, (in WindowEvent e) => handler(e.Monitor!, true), handler);
        return On(window, WindowEventKind.MonitorDisconnected, (in WindowEvent e) => handler(e.Monitor!, false), handler);
    }

    /// <summary>A gamepad of this number came (true) or went.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnGamepadChanged(this SourceHandle window, Action<int, bool> handler)
    {
        On(window, WindowEventKind.GamepadConnected, (in WindowEvent e) => handler(e.Gamepad, true), handler);
        return On(window, WindowEventKind.GamepadDisconnected, (in WindowEvent e) => handler(e.Gamepad, false), handler);
    }

    /// <summary>A button of a gamepad was pressed (true) or released.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnGamepadButton(this SourceHandle window, Action<int, GamepadButton, bool> handler) =>
        On(window, WindowEventKind.GamepadButton, (in WindowEvent e) => handler(e.Gamepad, e.GamepadButton, e.Action != KeyAction.Release), handler);

    /// <summary>An axis of a gamepad stands there now, from -1 to 1.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnGamepadAxis(this SourceHandle window, Action<int, GamepadAxis, float> handler) =>
        On(window, WindowEventKind.GamepadAxis, (in WindowEvent e) => handler(e.Gamepad, e.GamepadAxis, e.Value), handler);

    /// <summary>The display has gone: the window's last event.</summary>
    /// <returns>The source, so that calls can be chained.</returns>
    public static SourceHandle OnDisplayLost(this SourceHandle window, Action<DisplayLost> handler)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(handler);
        return window.On((in DisplayLost e, in EventInfo _) => handler(e));
    }

    private static SourceHandle On(SourceHandle window, WindowEventKind kind, Call call, Delegate handler)
    {
        ArgumentNullException.ThrowIfNull(window);
        ArgumentNullException.ThrowIfNull(handler);
        return window.On((in WindowEvent e, in EventInfo _) =>
        {
            if (e.Kind == kind)
            {
                call(in e);
            }
        });
    }

    private delegate void Call(in WindowEvent e);
}
