using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

/// <summary>A window over the system's GLFW 3. All windows of a process are of this type, or none.</summary>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed partial class GlfwWindow : WindowSource
{
    private nint _window;
    private GCHandle _self; // what GLFW's callbacks find the window by

    /// <summary>A window that opens when it is added to a loop.</summary>
    /// <param name="options">How it is opened; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size, a number of bits or samples, or <see cref="GlfwWindowOptions.MaxSleep"/> is out of range.</exception>
    public GlfwWindow(GlfwWindowOptions? options = null)
        : base(options ?? new GlfwWindowOptions())
    {
    }

    /// <inheritdoc/>
    public override bool IsOpen => _window != 0;

    internal void OnJoystick(int joystick, bool isConnected)
    {
        if (!isConnected || GlfwNative.IsGamepad(joystick) != 0)
        {
            OnGamepad(joystick, isConnected);
        }
    }

    /// <summary>What the system calls from within its own loop that resizes a window, in which a pump does not return.</summary>
    internal void OnRefreshWithin() => RedrawWithin();

    private protected override void Acquire() => GlfwLibrary.Acquire(Name);

    private protected override void Release() => GlfwLibrary.Release();

    private protected override void Pump() => GlfwLibrary.Pump();

    private protected override string? TakeError() => GlfwLibrary.TakeError();

    private protected override void Open()
    {
        _self = GCHandle.Alloc(this);
        GlfwNative.DefaultWindowHints();
        Hint(GlfwNative.ClientApi, (int)Options.Api);
        if (Options.Api != GraphicsApi.None)
        {
            bool hasProfile = Options.Api == GraphicsApi.OpenGL && Options.ApiVersion >= new Version(3, 2);
            Hint(GlfwNative.VersionMajor, Options.ApiVersion.Major);
            Hint(GlfwNative.VersionMinor, Options.ApiVersion.Minor);
            Hint(GlfwNative.Profile, hasProfile ? (int)Options.Profile : (int)OpenGLProfile.Any);
            Hint(GlfwNative.ForwardCompatible, hasProfile && Options.Profile == OpenGLProfile.Core); // macOS gives no other
            Hint(GlfwNative.DebugContext, Options.DebugContext);
        }

        Hint(GlfwNative.Samples, Options.Samples);
        Hint(GlfwNative.DepthBits, Options.DepthBits);
        Hint(GlfwNative.StencilBits, Options.StencilBits);
        Hint(GlfwNative.Resizable, Options.Resizable);
        Hint(GlfwNative.Visible, false); // shown below
        Hint(GlfwNative.Decorated, Options.Decorated);
        Hint(GlfwNative.Focused, Options.Focused);
        Hint(GlfwNative.FocusOnShow, Options.Focused);
        Hint(GlfwNative.Floating, Options.Floating);
        Hint(GlfwNative.Maximized, Options.Maximized);
        Hint(GlfwNative.Transparent, Options.Transparent);
        Hint(GlfwNative.RefreshRate, Options.RefreshRate ?? -1);

        nint monitor = Options.FullScreen ? MonitorNumber(Options.Monitor) : 0;
        nint window = GlfwLibrary.Create(Options.Width, Options.Height, Title, Options.SharesWith?._window ?? 0, Options.Api != GraphicsApi.None);
        if (window == 0)
        {
            throw new IOException($"{Name}: the window cannot be opened: {GlfwLibrary.TakeError() ?? WindowSystem.TakeRefusal() ?? "no reason was given"}.{Advice()}");
        }

        _window = window;
        GlfwNative.SetWindowUserPointer(window, GCHandle.ToIntPtr(_self));
        GlfwCallbacks.Set(window);
        GlfwNative.SetInputMode(window, GlfwNative.LockKeyModifiers, 1);
        if (CursorMode != CursorMode.Normal)
        {
            GlfwNative.SetInputMode(window, GlfwNative.Cursor, (int)CursorMode);
        }

        if (Options.RawMotion && GlfwNative.IsRawMotionSupported() != 0)
        {
            GlfwNative.SetInputMode(window, GlfwNative.RawMotion, 1);
        }

        if (Options.Api != GraphicsApi.None)
        {
            nint before = GlfwNative.GetCurrentContext();
            GlfwNative.MakeContextCurrent(window);
            GlfwNative.SwapInterval(Options.VSync ? 1 : 0);
            GlfwNative.MakeContextCurrent(before);
        }

        if ((Options.Visible || Options.FullScreen) && !WindowSystem.IsLost)
        {
            GlfwLibrary.Show(window, monitor, Options.Width, Options.Height, Options.RefreshRate ?? -1);
        }

        if (!WindowSystem.IsLost)
        {
            ReadState();
        }
    }

    private string Advice() => Options.Api == GraphicsApi.None
        ? ""
        : $" It asks for {Options.Api} {Options.ApiVersion}: try a lower GlfwWindowOptions.ApiVersion, or install the graphics driver (on Debian and Ubuntu: libgl1-mesa-dri).";

    private nint MonitorNumber(int number)
    {
        nint[] monitors = GlfwMonitor.Handles();
        return number >= 0 && number < monitors.Length
            ? monitors[number]
            : throw new IOException($"{Name}: there is no monitor {number}; GlfwMonitor.List names the {monitors.Length} that are connected.");
    }

    private protected override void CloseWindow(bool isGone)
    {
        if (_window != 0 && !WindowSystem.IsLost)
        {
            GlfwLibrary.Destroy(_window, isGone);
        }

        _window = 0;
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    private static void Hint(int hint, int value) => GlfwNative.WindowHint(hint, value);

    private static void Hint(int hint, bool value) => GlfwNative.WindowHint(hint, value ? 1 : 0);
}
