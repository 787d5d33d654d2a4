using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

// What a window is, and what is done with it.
public sealed unsafe partial class GlfwWindow
{
    private string _title;
    private CursorMode _cursorMode;
    private int _gamepads; // a bit for each that is there
    private (int X, int Y, int Width, int Height) _windowed; // before full screen

    /// <summary>The text of its title bar.</summary>
    public string Title
    {
        get => _title;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _title = value;
            if (MayCall)
            {
                GlfwNative.SetWindowTitle(Checked(), value);
            }
        }
    }

    /// <summary>The size of what it shows, in screen coordinates, as the display last told it.</summary>
    public (int Width, int Height) Size { get; private set; }

    /// <summary>The size of its framebuffer in pixels, as the display last told it; what OpenGL's viewport wants.</summary>
    public (int Width, int Height) FramebufferSize { get; private set; }

    /// <summary>How many times larger than on a plain display things are to be drawn.</summary>
    public (float X, float Y) ContentScale { get; private set; } = (1, 1);

    /// <summary>Where the upper left corner of what it shows is, in screen coordinates, as the display last told it.</summary>
    public (int X, int Y) Position { get; private set; }

    /// <summary>Where the mouse was last seen, from the upper left corner, in screen coordinates.</summary>
    public (double X, double Y) MousePosition { get; private set; }

    /// <summary>Whether it has the keyboard, as far as was emitted.</summary>
    public bool IsFocused { get; private set; }

    /// <summary>Whether the mouse is over it, as far as was emitted.</summary>
    public bool IsMouseInside { get; private set; }

    /// <summary>Whether it is iconified, as far as was emitted.</summary>
    public bool IsIconified { get; private set; }

    /// <summary>Whether it is maximized, as far as was emitted.</summary>
    public bool IsMaximized { get; private set; }

    /// <summary>Whether it covers a monitor.</summary>
    public bool IsFullScreen { get; private set; }

    /// <summary>Whether the user has asked to close it. It stays open: remove its source, or set this back.</summary>
    public bool ShouldClose { get; set; }

    /// <summary>
    /// Draws the window where no frame does it: in a loop without frames, after a dispatch in which it was exposed or resized; on Windows and macOS, from within the system's own loop that lasts as long as
    /// the user moves or resizes the window, in which this loop stands still. There it may not close a window. What it throws is reported under the window's name.
    /// </summary>
    public Action? Redraw { get; set; }

    /// <summary>What the cursor does over it.</summary>
    public CursorMode CursorMode
    {
        get => _cursorMode;
        set
        {
            _cursorMode = value;
            if (MayCall)
            {
                GlfwNative.SetInputMode(Checked(), GlfwNative.Cursor, (int)value);
            }
        }
    }

    /// <summary>
    /// The text of the clipboard, or null where it holds none. To read it asks the program that owns it, and waits for the answer: a program that hangs holds this one up. To be used for
    /// a user's command, not in every frame.
    /// </summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public string? Clipboard
    {
        get
        {
            nint window = Checked();
            if (!MayCall)
            {
                return null;
            }

            string? text = Marshal.PtrToStringUTF8((nint)GlfwNative.GetClipboard(window));
            if (text is null)
            {
                _ = GlfwLibrary.TakeError(); // that it holds no text
            }

            return text;
        }

        set
        {
            ArgumentNullException.ThrowIfNull(value);
            nint window = Checked();
            if (MayCall)
            {
                GlfwNative.SetClipboard(window, value);
            }
        }
    }

    /// <summary>GLFW's own handle (GLFWwindow*), for what is not here; 0 when the window is closed.</summary>
    public nint NativeWindow => _window;

    /// <summary>The window's number on the X server (Window); 0 where it is closed or there is none.</summary>
    public nuint X11Window => MayCall && GlfwLibrary.Display != 0 ? GlfwNative.GetX11Window(Checked()) : 0;

    /// <summary>Xlib's display (Display*); 0 where it is closed or there is none.</summary>
    public nint X11Display => MayCall ? GlfwLibrary.Display : 0;

    /// <summary>Whether a key is held, as far as was emitted.</summary>
    /// <param name="key">Which one.</param>
    public bool IsDown(Key key) => _held.IsDown(key);

    /// <summary>Whether a button of the mouse is held, as far as was emitted.</summary>
    /// <param name="button">Which one.</param>
    public bool IsDown(MouseButton button) => _held.IsDown(button);

    /// <summary>What a key types with the user's keyboard layout, for showing it to the user; null for one that types nothing.</summary>
    /// <param name="key">Which one; <see cref="Key.Unknown"/> to go by the scan code.</param>
    /// <param name="scanCode">The system's number of the key.</param>
    public string? KeyName(Key key, int scanCode = 0) => MayCall ? Marshal.PtrToStringUTF8((nint)GlfwNative.GetKeyName((int)key, scanCode)) : null;

    /// <summary>Makes its OpenGL context the one that this thread draws with.</summary>
    /// <exception cref="InvalidOperationException">The window is not open, or has no context.</exception>
    public void MakeCurrent()
    {
        nint window = Checked();
        if (Options.Api == GraphicsApi.None)
        {
            throw new InvalidOperationException($"{Name} has no OpenGL context: GlfwWindowOptions.Api is None.");
        }

        if (MayCall)
        {
            GlfwNative.MakeContextCurrent(window);
        }
    }

    /// <summary>Shows what was drawn. With <see cref="GlfwWindowOptions.VSync"/> it blocks until the display's next refresh.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void SwapBuffers()
    {
        nint window = Checked();
        if (MayCall)
        {
            GlfwNative.SwapBuffers(window);
        }
    }

    /// <summary>Sets whether <see cref="SwapBuffers"/> waits for the display; the window's context has to be current.</summary>
    /// <param name="waits">Whether it waits.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void SetVSync(bool waits)
    {
        _ = Checked();
        if (MayCall)
        {
            GlfwNative.SwapInterval(waits ? 1 : 0);
        }
    }

    /// <summary>The address of a function of OpenGL, for the context that is current on this thread; 0 where there is no such function.</summary>
    /// <param name="name">Its name, such as <c>glClear</c>.</param>
    public nint GetProcAddress(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return MayCall ? GlfwNative.GetProcAddress(name) : 0;
    }

    /// <summary>Shows it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Show() => Do(&ShowNow);

    /// <summary>Hides it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Hide() => Do(&HideNow);

    /// <summary>Brings it to the front and gives it the keyboard, where the desktop lets it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Focus() => Do(&FocusNow);

    /// <summary>Iconifies it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Iconify() => Do(&IconifyNow);

    /// <summary>Maximizes it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Maximize() => Do(&MaximizeNow);

    /// <summary>Undoes <see cref="Iconify"/> or <see cref="Maximize"/>.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Restore() => Do(&RestoreNow);

    /// <summary>Asks the user to look at it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void RequestAttention() => Do(&RequestAttentionNow);

    /// <summary>Changes its size; the events that follow say what became of it.</summary>
    /// <param name="width">The width of what it shows, in screen coordinates.</param>
    /// <param name="height">The height of what it shows, in screen coordinates.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        nint window = Checked();
        if (MayCall)
        {
            GlfwNative.SetWindowSize(window, width, height);
        }
    }

    /// <summary>Moves it; on Wayland it stays where it is.</summary>
    /// <param name="x">The left edge of what it shows, in screen coordinates.</param>
    /// <param name="y">The upper edge of what it shows, in screen coordinates.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void MoveTo(int x, int y)
    {
        nint window = Checked();
        if (MayCall)
        {
            GlfwNative.SetWindowPos(window, x, y);
        }
    }

    /// <summary>Moves the cursor.</summary>
    /// <param name="x">From the left edge of what it shows, in screen coordinates.</param>
    /// <param name="y">From the upper edge of what it shows, in screen coordinates.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void MoveMouseTo(double x, double y)
    {
        nint window = Checked();
        if (MayCall)
        {
            GlfwNative.SetCursorPos(window, x, y);
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
        nint window = Checked();
        if (MayCall)
        {
            GlfwNative.SetWindowSizeLimits(window, leastWidth, leastHeight, mostWidth, mostHeight);
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

        nint window = Checked();
        fixed (byte* first = pixels)
        {
            var image = new WindowImage { Width = width, Height = height, Pixels = first };
            if (MayCall)
            {
                GlfwNative.SetWindowIcon(window, 1, &image);
            }
        }
    }

    /// <summary>Has it cover a monitor, in the mode that this has.</summary>
    /// <param name="monitor">The monitor's number in <see cref="GlfwMonitor.List"/>.</param>
    /// <exception cref="IOException">There is no such monitor.</exception>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void EnterFullScreen(int monitor = 0)
    {
        nint window = Checked();
        if (MayCall)
        {
            nint handle = MonitorNumber(monitor);
            GlfwMonitor mode = GlfwMonitor.Describe(handle);
            _windowed = IsFullScreen ? _windowed : (Position.X, Position.Y, Size.Width, Size.Height);
            GlfwNative.SetWindowMonitor(window, handle, 0, 0, mode.Width, mode.Height, mode.RefreshRate == 0 ? -1 : mode.RefreshRate);
            IsFullScreen = true;
        }
    }

    /// <summary>Undoes <see cref="EnterFullScreen"/>, or <see cref="GlfwWindowOptions.FullScreen"/>.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void LeaveFullScreen()
    {
        nint window = Checked();
        if (MayCall && IsFullScreen)
        {
            (int x, int y, int width, int height) = _windowed;
            GlfwNative.SetWindowMonitor(window, 0, x, y, width, height, -1);
            IsFullScreen = false;
        }
    }

    /// <summary>How a gamepad stands now. Nothing is read when it has not changed; to be called once a frame.</summary>
    /// <param name="gamepad">Its number, from 0 to 15.</param>
    /// <param name="state">Its buttons and axes, through its mapping.</param>
    /// <returns>Whether there is a gamepad of this number, and a mapping for it.</returns>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public bool TryGetGamepad(int gamepad, out GamepadState state)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)gamepad, 15u, nameof(gamepad));
        _ = Checked();
        GamepadState found = default;
        bool isThere = MayCall && GlfwNative.GetGamepadState(gamepad, &found) != 0;
        state = found;
        return isThere;
    }

    /// <summary>What a gamepad calls itself, by its mapping; null when there is none of this number.</summary>
    /// <param name="gamepad">Its number, from 0 to 15.</param>
    public string? GamepadName(int gamepad) => MayCall ? Marshal.PtrToStringUTF8((nint)GlfwNative.GetGamepadName(gamepad)) : null;

    /// <summary>Adds mappings of gamepads, for the whole process.</summary>
    /// <param name="mappings">Lines in the format of SDL_GameControllerDB.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void AddGamepadMappings(string mappings)
    {
        ArgumentNullException.ThrowIfNull(mappings);
        _ = Checked();
        if (MayCall)
        {
            _ = GlfwNative.UpdateGamepadMappings(mappings);
        }
    }

    private static void ShowNow(nint window) => GlfwNative.ShowWindow(window);

    private static void HideNow(nint window) => GlfwNative.HideWindow(window);

    private static void FocusNow(nint window) => GlfwNative.FocusWindow(window);

    private static void IconifyNow(nint window) => GlfwNative.IconifyWindow(window);

    private static void MaximizeNow(nint window) => GlfwNative.MaximizeWindow(window);

    private static void RestoreNow(nint window) => GlfwNative.RestoreWindow(window);

    private static void RequestAttentionNow(nint window) => GlfwNative.RequestAttention(window);

    private void Do(delegate*<nint, void> action)
    {
        nint window = Checked();
        if (MayCall)
        {
            action(window);
        }
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
        _gamepads = 0;
        for (int i = 0; i < 16; i++)
        {
            _gamepads |= GlfwNative.IsGamepad(i) != 0 ? 1 << i : 0;
        }
    }

    private nint Checked()
    {
        if (_window == 0)
        {
            throw NotOpen();
        }

        GlfwLibrary.CheckThread(Name);
        return _window;
    }
}
