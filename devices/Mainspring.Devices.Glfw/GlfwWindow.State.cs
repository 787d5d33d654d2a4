using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

// What a window is, and what is done with it.
public sealed unsafe partial class GlfwWindow
{
    private (int X, int Y, int Width, int Height) _windowed; // before full screen

    /// <summary>GLFW's own handle (GLFWwindow*), for what is not here; 0 when the window is closed.</summary>
    public nint NativeWindow => _window;

    /// <summary>What a key types with the user's keyboard layout, for showing it to the user; null for one that types nothing.</summary>
    /// <param name="key">Which one; <see cref="Key.Unknown"/> to go by the scan code.</param>
    /// <param name="scanCode">The system's number of the key.</param>
    public string? KeyName(Key key, int scanCode = 0) => MayCall ? Marshal.PtrToStringUTF8((nint)GlfwNative.GetKeyName((int)key, scanCode)) : null;

    /// <summary>Asks the user to look at it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void RequestAttention()
    {
        if (IsCallable())
        {
            GlfwNative.RequestAttention(_window);
        }
    }

    /// <summary>Sets how small and how large the user can make it, in screen coordinates.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void SetSizeLimits(int leastWidth, int leastHeight, int mostWidth, int mostHeight)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(leastWidth);
        ArgumentOutOfRangeException.ThrowIfNegative(leastHeight);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostWidth, leastWidth);
        ArgumentOutOfRangeException.ThrowIfLessThan(mostHeight, leastHeight);
        if (IsCallable())
        {
            GlfwNative.SetWindowSizeLimits(_window, leastWidth, leastHeight, mostWidth, mostHeight);
        }
    }

    /// <summary>Sets its icon, where the desktop shows one.</summary>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    /// <param name="pixels">Red, green, blue and alpha of each pixel, row by row from the top.</param>
    /// <exception cref="ArgumentException">There are not four bytes for each pixel.</exception>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void SetIcon(int width, int height, ReadOnlySpan<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.Length != (long)width * height * 4)
        {
            throw new ArgumentException($"An icon of {width} x {height} pixels has {(long)width * height * 4} bytes, not {pixels.Length}.", nameof(pixels));
        }

        if (IsCallable())
        {
            fixed (byte* first = pixels)
            {
                var image = new WindowImage { Width = width, Height = height, Pixels = first };
                GlfwNative.SetWindowIcon(_window, 1, &image);
            }
        }
    }

    /// <summary>Adds mappings of gamepads, for the whole process.</summary>
    /// <param name="mappings">Lines in the format of SDL_GameControllerDB.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void AddGamepadMappings(string mappings)
    {
        ArgumentNullException.ThrowIfNull(mappings);
        if (IsCallable())
        {
            _ = GlfwNative.UpdateGamepadMappings(mappings);
        }
    }

    private protected override bool TryAskGamepad(int gamepad, out GamepadState state)
    {
        GamepadState found = default;
        bool isThere = MayCall && GlfwNative.GetGamepadState(gamepad, &found) != 0;
        state = found;
        return isThere;
    }

    private protected override string? AskGamepadName(int gamepad) => Marshal.PtrToStringUTF8((nint)GlfwNative.GetGamepadName(gamepad));

    private protected override nuint AskX11Window() => GlfwNative.GetX11Window(_window);

    private protected override bool AskKey(Key key) => key == Key.Unknown || GlfwNative.GetKey(_window, (int)key) != 0;

    private protected override bool AskButton(MouseButton button) => GlfwNative.GetMouseButton(_window, (int)button) != 0;

    private protected override void SetTitle(string title) => GlfwNative.SetWindowTitle(_window, title);

    private protected override void SetCursorMode(CursorMode mode) => GlfwNative.SetInputMode(_window, GlfwNative.Cursor, (int)mode);

    private protected override string? GetClipboard()
    {
        string? text = Marshal.PtrToStringUTF8((nint)GlfwNative.GetClipboard(_window));
        if (text is null)
        {
            _ = GlfwLibrary.TakeError(); // that it holds no text
        }

        return text;
    }

    private protected override void SetClipboard(string text) => GlfwNative.SetClipboard(_window, text);

    private protected override void MakeContextCurrent() => GlfwNative.MakeContextCurrent(_window);

    private protected override void SwapContextBuffers() => GlfwNative.SwapBuffers(_window);

    private protected override void SetSwapInterval(bool waits) => GlfwNative.SwapInterval(waits ? 1 : 0);

    private protected override nint FindFunction(string name) => GlfwNative.GetProcAddress(name);

    private protected override void ShowNow() => GlfwLibrary.Show(_window);

    private protected override void HideNow() => GlfwNative.HideWindow(_window);

    private protected override void FocusNow() => GlfwNative.FocusWindow(_window);

    private protected override void IconifyNow() => GlfwNative.IconifyWindow(_window);

    private protected override void MaximizeNow() => GlfwNative.MaximizeWindow(_window);

    private protected override void RestoreNow() => GlfwNative.RestoreWindow(_window);

    private protected override void SetSize(int width, int height) => GlfwNative.SetWindowSize(_window, width, height);

    private protected override void SetPosition(int x, int y) => GlfwNative.SetWindowPos(_window, x, y);

    private protected override void SetMousePosition(double x, double y) => GlfwNative.SetCursorPos(_window, x, y);

    private protected override void EnterFullScreenNow(int monitor)
    {
        nint handle = MonitorNumber(monitor);
        GlfwMonitor mode = GlfwMonitor.Describe(handle);
        _windowed = IsFullScreen ? _windowed : (Position.X, Position.Y, Size.Width, Size.Height);
        GlfwLibrary.Show(_window, handle, mode.Width, mode.Height, mode.RefreshRate == 0 ? -1 : mode.RefreshRate);
    }

    private protected override void LeaveFullScreenNow()
    {
        (int x, int y, int width, int height) = _windowed;
        GlfwNative.SetWindowMonitor(_window, 0, x, y, width, height, -1);
    }

    private void ReadState()
    {
        int x, y;
        float scaleX, scaleY;
        GlfwNative.GetWindowSize(_window, &x, &y);
        Size = (x, y);
        GlfwNative.GetFramebufferSize(_window, &x, &y);
        FramebufferSize = (x, y);
        GlfwNative.GetWindowPos(_window, &x, &y);
        Position = (x, y);
        GlfwNative.GetWindowContentScale(_window, &scaleX, &scaleY);
        ContentScale = (scaleX, scaleY);
        double mouseX, mouseY;
        GlfwNative.GetCursorPos(_window, &mouseX, &mouseY);
        MousePosition = (mouseX, mouseY);
        IsIconified = GlfwNative.GetWindowAttribute(_window, GlfwNative.Iconified) != 0;
        IsMaximized = GlfwNative.GetWindowAttribute(_window, GlfwNative.Maximized) != 0;
        IsFullScreen = Options.FullScreen;
        _windowed = (Position.X, Position.Y, Options.Width, Options.Height);
        ShouldClose = false;
        for (int i = 0; Options.Gamepads && i < GamepadTracker.Most; i++)
        {
            OnJoystick(i, isConnected: true);
        }
    }
}
