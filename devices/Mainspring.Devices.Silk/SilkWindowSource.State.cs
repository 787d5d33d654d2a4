using Mainspring.Devices.Glfw;
using Silk.NET.GLFW;
using Silk.NET.Input;
using Silk.NET.Maths;
using Silk.NET.Windowing;
using Silk.NET.Windowing.Glfw;
using CursorMode = Mainspring.Devices.Glfw.CursorMode;
using GamepadState = Mainspring.Devices.Glfw.GamepadState;
using Key = Mainspring.Devices.Glfw.Key;
using Monitor = Silk.NET.Windowing.Monitor;
using MouseButton = Mainspring.Devices.Glfw.MouseButton;
using VideoMode = Silk.NET.Windowing.VideoMode;

namespace Mainspring.Devices.Silk;

// What a window is, and what is done with it.
public sealed unsafe partial class SilkWindowSource
{
    private protected override string? TakeError() => _guard is null ? null : SilkLibrary.TakeError();

    private protected override nuint AskX11Window() => _window!.Native?.X11?.Window ?? 0;

    private protected override bool AskKey(Key key)
    {
        foreach (IKeyboard keyboard in _input!.Keyboards)
        {
            if (key == Key.Unknown || keyboard.IsKeyPressed((global::Silk.NET.Input.Key)key))
            {
                return true;
            }
        }

        return false;
    }

    private protected override bool AskButton(MouseButton button)
    {
        foreach (IMouse mouse in _input!.Mice)
        {
            if (mouse.IsButtonPressed((global::Silk.NET.Input.MouseButton)button))
            {
                return true;
            }
        }

        return false;
    }

    private protected override bool TryAskGamepad(int gamepad, out GamepadState state)
    {
        state = GamepadState.Released;
        if (_pads[gamepad] is not { } pad)
        {
            return false;
        }

        for (int i = 0; i < pad.Buttons.Count; i++)
        {
            Button button = pad.Buttons[i];
            if (button is { Pressed: true, Name: >= ButtonName.A and <= ButtonName.DPadLeft })
            {
                state = state.With((Glfw.GamepadButton)button.Name, true);
            }
        }

        for (int i = 0; i < Math.Min(2, pad.Thumbsticks.Count); i++)
        {
            Thumbstick stick = pad.Thumbsticks[i];
            state = state.With(GamepadAxis.LeftX + (2 * i), stick.X).With(GamepadAxis.LeftY + (2 * i), stick.Y);
        }

        for (int i = 0; i < Math.Min(2, pad.Triggers.Count); i++)
        {
            state = state.With(GamepadAxis.LeftTrigger + i, pad.Triggers[i].Position);
        }

        return true;
    }

    private protected override string? AskGamepadName(int gamepad) => _pads[gamepad]?.Name;

    private protected override void SetTitle(string title) => _window!.Title = title;

    private protected override void SetCursorMode(CursorMode mode)
    {
        foreach (IMouse mouse in _input!.Mice)
        {
            mouse.Cursor.CursorMode = mode switch
            {
                CursorMode.Hidden => global::Silk.NET.Input.CursorMode.Hidden,
                CursorMode.Disabled when Options.RawMotion && mouse.Cursor.IsSupported(global::Silk.NET.Input.CursorMode.Raw) => global::Silk.NET.Input.CursorMode.Raw,
                CursorMode.Disabled => global::Silk.NET.Input.CursorMode.Disabled,
                _ => global::Silk.NET.Input.CursorMode.Normal,
            };
        }

        _ = TakeError(); // GLFW's, that it has no raw motion, which nobody asked for
    }

    private protected override string? GetClipboard()
    {
        string? text = _input!.Keyboards is [var keyboard, ..] ? keyboard.ClipboardText : null;
        return TakeError() is null ? text : null; // the error is that it holds no text
    }

    private protected override void SetClipboard(string text)
    {
        if (_input!.Keyboards is [var keyboard, ..])
        {
            keyboard.ClipboardText = text;
        }
    }

    private protected override void MakeContextCurrent() => _window!.GLContext?.MakeCurrent();

    private protected override void SwapContextBuffers() => _window!.GLContext?.SwapBuffers();

    private protected override void SetSwapInterval(bool waits)
    {
        _window!.VSync = waits;
        _window.GLContext?.SwapInterval(waits ? 1 : 0);
    }

    private protected override nint FindFunction(string name) => _window!.GLContext is { } context && context.TryGetProcAddress(name, out nint address) ? address : 0;

    private protected override void ShowNow() => WindowSystem.Show(AskX11Window(), () => _window!.IsVisible = true);

    private protected override void HideNow() => _window!.IsVisible = false;

    private protected override void FocusNow() => _window!.Focus();

    private protected override void IconifyNow() => _window!.WindowState = WindowState.Minimized;

    private protected override void MaximizeNow() => _window!.WindowState = WindowState.Maximized;

    private protected override void RestoreNow() => _window!.WindowState = WindowState.Normal;

    private protected override void SetSize(int width, int height) => _window!.Size = new Vector2D<int>(width, height);

    private protected override void SetPosition(int x, int y) => _window!.Position = new Vector2D<int>(x, y);

    private protected override void SetMousePosition(double x, double y)
    {
        foreach (IMouse mouse in _input!.Mice)
        {
            mouse.Position = new System.Numerics.Vector2((float)x, (float)y);
        }
    }

    private protected override void EnterFullScreenNow(int monitor)
    {
        IMonitor[] monitors = [.. Monitor.GetMonitors(_window!)];
        if (monitor < 0 || monitor >= monitors.Length)
        {
            throw new IOException($"{Name}: there is no monitor {monitor}; Silk.NET's Monitor.GetMonitors names the {monitors.Length} that are connected.");
        }

        WindowSystem.Show(AskX11Window(), () =>
        {
            _window!.WindowState = WindowState.Fullscreen; // on the primary one
            if (monitor > 0)
            {
                _window.Monitor = monitors[monitor];
            }
        });
    }

    private protected override void LeaveFullScreenNow() => _window!.WindowState = WindowState.Normal;

    private IWindow Create()
    {
        (bool hasContext, bool hasProfile) = (Options.Api != GraphicsApi.None, Options.Api == GraphicsApi.OpenGL && Options.ApiVersion >= new Version(3, 2));
        bool isCore = hasProfile && Options.Profile == OpenGLProfile.Core;
        ContextFlags flags = (isCore ? ContextFlags.ForwardCompatible : ContextFlags.Default) | (Options.DebugContext ? ContextFlags.Debug : ContextFlags.Default); // macOS gives no other
        WindowOptions options = WindowOptions.Default;
        options.API = hasContext
            ? new GraphicsAPI(
                Options.Api == GraphicsApi.OpenGL ? ContextAPI.OpenGL : ContextAPI.OpenGLES,
                isCore || Options.Profile == OpenGLProfile.Any ? ContextProfile.Core : ContextProfile.Compatability,
                flags,
                new APIVersion(Options.ApiVersion.Major, Options.ApiVersion.Minor))
            : GraphicsAPI.None;
        options.Title = Title;
        options.Size = new Vector2D<int>(Options.Width, Options.Height);
        options.WindowBorder = !Options.Decorated ? WindowBorder.Hidden : Options.Resizable ? WindowBorder.Resizable : WindowBorder.Fixed;
        options.IsVisible = false; // shown when all is ready
        options.WindowState = WindowState.Fullscreen; // which it does not become, since it is not visible; of every other Silk.NET sets the place, and here the system may
        options.TopMost = Options.Floating;
        options.TransparentFramebuffer = Options.Transparent;
        options.VSync = Options.VSync;
        options.Samples = Options.Samples;
        options.PreferredDepthBufferBits = Options.DepthBits;
        options.PreferredStencilBufferBits = Options.StencilBits;
        options.ShouldSwapAutomatically = false; // as with GlfwWindow, the program does
        options.VideoMode = new VideoMode(refreshRate: Options.RefreshRate);
        GlfwWindowing.Use();
        return global::Silk.NET.Windowing.Window.Create(options);
    }

    private void Initialize(IWindow window)
    {
        bool hasContext = window.API.API is ContextAPI.OpenGL or ContextAPI.OpenGLES;
        if (GlfwWindowing.IsViewGlfw(window))
        {
            CheckContext(window, hasContext);
            SilkLibrary.Glfw.DefaultWindowHints(); // Silk.NET leaves those of the window before
            SilkLibrary.Glfw.WindowHint(WindowHintBool.Focused, Options.Focused);
            SilkLibrary.Glfw.WindowHint(WindowHintBool.FocusOnShow, Options.Focused);
        }

        _ = WindowSystem.Open(hasContext, () =>
        {
            SilkLibrary.Initialize(window);
            return true;
        });
        _ = window.WindowState; // Silk.NET asks GLFW, and so knows that it covers no monitor
    }

    // Where GLFW refuses a context, Silk.NET goes on without a window, and crashes. So GLFW is asked before.
    private void CheckContext(IWindow window, bool hasContext)
    {
        if (!hasContext)
        {
            return;
        }

        global::Silk.NET.GLFW.Glfw glfw = SilkLibrary.Glfw;
        APIVersion version = window.API.Version;
        glfw.DefaultWindowHints();
        glfw.WindowHint(WindowHintBool.Visible, false);
        glfw.WindowHint(WindowHintClientApi.ClientApi, window.API.API == ContextAPI.OpenGL ? ClientApi.OpenGL : ClientApi.OpenGLES);
        glfw.WindowHint(WindowHintInt.ContextVersionMajor, version.MajorVersion);
        glfw.WindowHint(WindowHintInt.ContextVersionMinor, version.MinorVersion);
        glfw.WindowHint(WindowHintBool.OpenGLForwardCompat, (window.API.Flags & ContextFlags.ForwardCompatible) != 0);
        if (version.MajorVersion > 3 || version is { MajorVersion: 3, MinorVersion: >= 2 })
        {
            glfw.WindowHint(WindowHintOpenGlProfile.OpenGlProfile, window.API.Profile == ContextProfile.Core ? OpenGlProfile.Core : OpenGlProfile.Compat);
        }

        _ = SilkLibrary.TakeError();
        nint probe = WindowSystem.Open(hasContext: true, () => (nint)glfw.CreateWindow(1, 1, Title, null, null));
        if (probe == 0)
        {
            string reason = SilkLibrary.TakeError() ?? WindowSystem.TakeRefusal() ?? "no reason was given";
            throw new IOException($"{Name}: the window cannot be opened: {reason}. It asks for {window.API.API} {version.MajorVersion}.{version.MinorVersion}: try a lower {(_given is null ? "GlfwWindowOptions.ApiVersion" : "version in WindowOptions.API")}, "
                + "or install the graphics driver (on Debian and Ubuntu: libgl1-mesa-dri).");
        }

        glfw.DestroyWindow((WindowHandle*)probe);
    }

    private void ReadState(IWindow window)
    {
        Size = (window.Size.X, window.Size.Y);
        FramebufferSize = (window.FramebufferSize.X, window.FramebufferSize.Y);
        Position = (window.Position.X, window.Position.Y);
        ContentScale = Size is { Width: > 0, Height: > 0 } ? ((float)FramebufferSize.Width / Size.Width, (float)FramebufferSize.Height / Size.Height) : (1, 1);
        if (_input!.Mice is [var mouse, ..])
        {
            MousePosition = (mouse.Position.X, mouse.Position.Y);
        }

        WindowState state = window.WindowState;
        IsIconified = _isIconified = state == WindowState.Minimized;
        IsMaximized = _isMaximized = state == WindowState.Maximized;
        IsFullScreen = state == WindowState.Fullscreen;
        ShouldClose = false;
        _ = TakeError(); // what was asked for and is not there
        foreach (IGamepad pad in _input.Gamepads)
        {
            OnConnectionChanged(pad, isConnected: true);
        }
    }
}
