using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// What GLFW calls. Each puts an event into its window's queue, and no more: handlers run later, in the loop's dispatch, where they may throw, and close the window. What is thrown here all the
/// same is kept for the window's next dispatch: an exception that unwinds through GLFW ends the process.
/// </summary>
internal static unsafe class GlfwCallbacks
{
    public static void SetGlobal()
    {
        GlfwNative.SetMonitorCallback(&OnMonitor);
        GlfwNative.SetJoystickCallback(&OnJoystick);
    }

    public static void Set(nint window)
    {
        GlfwNative.SetKeyCallback(window, &OnKey);
        GlfwNative.SetCharCallback(window, &OnCharacter);
        GlfwNative.SetMouseButtonCallback(window, &OnMouseButton);
        GlfwNative.SetCursorPosCallback(window, &OnMotion);
        GlfwNative.SetCursorEnterCallback(window, &OnEnter);
        GlfwNative.SetScrollCallback(window, &OnScroll);
        GlfwNative.SetDropCallback(window, &OnDrop);
        GlfwNative.SetWindowPosCallback(window, &OnPosition);
        GlfwNative.SetWindowSizeCallback(window, &OnSize);
        GlfwNative.SetFramebufferSizeCallback(window, &OnFramebufferSize);
        GlfwNative.SetContentScaleCallback(window, &OnContentScale);
        GlfwNative.SetCloseCallback(window, &OnClose);
        GlfwNative.SetRefreshCallback(window, &OnRefresh);
        GlfwNative.SetFocusCallback(window, &OnFocus);
        GlfwNative.SetIconifyCallback(window, &OnIconify);
        GlfwNative.SetMaximizeCallback(window, &OnMaximize);
    }

    private static void Queue(nint window, in WindowEvent e)
    {
        if (Find(window) is not { } target)
        {
            return;
        }

        try
        {
            target.Queue(in e);
        }
        catch (Exception exception)
        {
            target.Defer(exception);
        }
    }

    private static GlfwWindow? Find(nint window) =>
        GlfwNative.GetWindowUserPointer(window) is var pointer and not 0 ? GCHandle.FromIntPtr(pointer).Target as GlfwWindow : null;

    private static void QueueAll(in WindowEvent e)
    {
        foreach (WindowSource window in WindowSystem.Windows)
        {
            window.Queue(in e);
        }
    }

    private static void DeferAll(Exception exception)
    {
        foreach (WindowSource window in WindowSystem.Windows)
        {
            window.Defer(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnKey(nint window, int key, int scanCode, int action, int modifiers) =>
        Queue(window, new WindowEvent(WindowEventKind.Key) { Key = (Key)key, ScanCode = scanCode, Action = (KeyAction)action, Modifiers = (KeyModifiers)modifiers });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCharacter(nint window, uint character)
    {
        if (Rune.TryCreate(character, out Rune text))
        {
            Queue(window, new WindowEvent(WindowEventKind.Text) { Text = text });
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMouseButton(nint window, int button, int action, int modifiers) =>
        Queue(window, new WindowEvent(WindowEventKind.MouseButton) { Button = (MouseButton)button, Action = (KeyAction)action, Modifiers = (KeyModifiers)modifiers });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMotion(nint window, double x, double y) => Queue(window, new WindowEvent(WindowEventKind.MouseMoved) { X = x, Y = y });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnEnter(nint window, int isInside) => Queue(window, new WindowEvent(WindowEventKind.MouseEntered) { IsOn = isInside != 0 });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnScroll(nint window, double x, double y) => Queue(window, new WindowEvent(WindowEventKind.Scroll) { X = x, Y = y });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDrop(nint window, int count, byte** paths)
    {
        var texts = new string[count];
        for (int i = 0; i < count; i++)
        {
            texts[i] = Marshal.PtrToStringUTF8((nint)paths[i]) ?? "";
        }

        Queue(window, new WindowEvent(WindowEventKind.Dropped) { Paths = texts });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnPosition(nint window, int x, int y) => Queue(window, new WindowEvent(WindowEventKind.Moved) { X = x, Y = y });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnSize(nint window, int width, int height) => Queue(window, new WindowEvent(WindowEventKind.Resized) { Width = width, Height = height });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFramebufferSize(nint window, int width, int height) => Queue(window, new WindowEvent(WindowEventKind.FramebufferResized) { Width = width, Height = height });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnContentScale(nint window, float x, float y) => Queue(window, new WindowEvent(WindowEventKind.ContentScaleChanged) { X = x, Y = y });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClose(nint window) => Queue(window, new WindowEvent(WindowEventKind.CloseRequested));

    // On X11 this comes with other events; on Windows and macOS also from within the system's loop that resizes a window, in which the pump does not return.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnRefresh(nint window)
    {
        Queue(window, new WindowEvent(WindowEventKind.RedrawNeeded));
        if (WindowSystem.Display == 0)
        {
            Find(window)?.OnRefreshWithin();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnFocus(nint window, int hasFocus) => Queue(window, new WindowEvent(WindowEventKind.FocusChanged) { IsOn = hasFocus != 0 });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnIconify(nint window, int isIconified) => Queue(window, new WindowEvent(WindowEventKind.Iconified) { IsOn = isIconified != 0 });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMaximize(nint window, int isMaximized) => Queue(window, new WindowEvent(WindowEventKind.Maximized) { IsOn = isMaximized != 0 });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnMonitor(nint monitor, int what)
    {
        try
        {
            QueueAll(new WindowEvent(what == GlfwNative.Connected ? WindowEventKind.MonitorConnected : WindowEventKind.MonitorDisconnected) { Monitor = GlfwMonitor.Describe(monitor) });
        }
        catch (Exception exception)
        {
            DeferAll(exception);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnJoystick(int joystick, int what)
    {
        try
        {
            foreach (WindowSource window in WindowSystem.Windows)
            {
                ((GlfwWindow)window).OnJoystick(joystick, what == GlfwNative.Connected);
            }
        }
        catch (Exception exception)
        {
            DeferAll(exception);
        }
    }
}
