namespace Mainspring.Devices.Glfw;

// What a window is, and what is done with it.
public abstract partial class WindowSource
{
    private string _title;
    private CursorMode _cursorMode;

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
                WindowSystem.CheckThread(Name);
                SetTitle(value);
            }
        }
    }

    /// <summary>The size of what it shows, in screen coordinates, as the display last told it.</summary>
    public (int Width, int Height) Size { get; private protected set; }

    /// <summary>The size of its framebuffer in pixels, as the display last told it; what OpenGL's viewport wants.</summary>
    public (int Width, int Height) FramebufferSize { get; private protected set; }

    /// <summary>How many times larger than on a plain display things are to be drawn.</summary>
    public (float X, float Y) ContentScale { get; private protected set; } = (1, 1);

    /// <summary>Where the upper left corner of what it shows is, in screen coordinates, as the display last told it.</summary>
    public (int X, int Y) Position { get; private protected set; }

    /// <summary>Where the mouse was last seen, from the upper left corner, in screen coordinates.</summary>
    public (double X, double Y) MousePosition { get; private protected set; }

    /// <summary>Whether it has the keyboard, as far as was emitted.</summary>
    public bool IsFocused { get; private protected set; }

    /// <summary>Whether the mouse is over it, as far as was emitted.</summary>
    public bool IsMouseInside { get; private protected set; }

    /// <summary>Whether it is iconified, as far as was emitted.</summary>
    public bool IsIconified { get; private protected set; }

    /// <summary>Whether it is maximized, as far as was emitted.</summary>
    public bool IsMaximized { get; private protected set; }

    /// <summary>Whether it covers a monitor.</summary>
    public bool IsFullScreen { get; private protected set; }

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
                WindowSystem.CheckThread(Name);
                SetCursorMode(value);
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
        get => IsCallable() ? GetClipboard() : null;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (IsCallable())
            {
                SetClipboard(value);
            }
        }
    }

    /// <summary>The window's number on the X server (Window); 0 where it is closed or there is none.</summary>
    public nuint X11Window => MayCall ? _x11Window : 0;

    /// <summary>Xlib's display (Display*); 0 where it is closed or there is none.</summary>
    public nint X11Display => MayCall ? WindowSystem.Display : 0;

    /// <summary>Whether a key is held, as far as was emitted.</summary>
    /// <param name="key">Which one.</param>
    public bool IsDown(Key key) => _held.IsDown(key);

    /// <summary>Whether a button of the mouse is held, as far as was emitted.</summary>
    /// <param name="button">Which one.</param>
    public bool IsDown(MouseButton button) => _held.IsDown(button);

    /// <summary>Makes its OpenGL context the one that this thread draws with.</summary>
    /// <exception cref="InvalidOperationException">The window is not open, or has no context.</exception>
    public void MakeCurrent()
    {
        bool isCallable = IsCallable();
        if (Options.Api == GraphicsApi.None)
        {
            throw new InvalidOperationException($"{Name} has no OpenGL context: GlfwWindowOptions.Api is None.");
        }

        if (isCallable)
        {
            MakeContextCurrent();
        }
    }

    /// <summary>Shows what was drawn. With <see cref="GlfwWindowOptions.VSync"/> it blocks until the display's next refresh.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void SwapBuffers()
    {
        if (IsCallable())
        {
            SwapContextBuffers();
        }
    }

    /// <summary>Sets whether <see cref="SwapBuffers"/> waits for the display; the window's context has to be current.</summary>
    /// <param name="waits">Whether it waits.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void SetVSync(bool waits)
    {
        if (IsCallable())
        {
            SetSwapInterval(waits);
        }
    }

    /// <summary>The address of a function of OpenGL, for the context that is current on this thread; 0 where there is no such function.</summary>
    /// <param name="name">Its name, such as <c>glClear</c>.</param>
    public nint GetProcAddress(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return MayCall ? FindFunction(name) : 0;
    }

    /// <summary>Shows it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Show()
    {
        if (IsCallable())
        {
            ShowNow();
        }
    }

    /// <summary>Hides it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Hide()
    {
        if (IsCallable())
        {
            HideNow();
        }
    }

    /// <summary>Brings it to the front and gives it the keyboard, where the desktop lets it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Focus()
    {
        if (IsCallable())
        {
            FocusNow();
        }
    }

    /// <summary>Iconifies it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Iconify()
    {
        if (IsCallable())
        {
            IconifyNow();
        }
    }

    /// <summary>Maximizes it.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Maximize()
    {
        if (IsCallable())
        {
            MaximizeNow();
        }
    }

    /// <summary>Undoes <see cref="Iconify"/> or <see cref="Maximize"/>.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Restore()
    {
        if (IsCallable())
        {
            RestoreNow();
        }
    }

    /// <summary>Changes its size; the events that follow say what became of it.</summary>
    /// <param name="width">The width of what it shows, in screen coordinates.</param>
    /// <param name="height">The height of what it shows, in screen coordinates.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void Resize(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (IsCallable())
        {
            SetSize(width, height);
        }
    }

    /// <summary>Moves it; on Wayland it stays where it is.</summary>
    /// <param name="x">The left edge of what it shows, in screen coordinates.</param>
    /// <param name="y">The upper edge of what it shows, in screen coordinates.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void MoveTo(int x, int y)
    {
        if (IsCallable())
        {
            SetPosition(x, y);
        }
    }

    /// <summary>Moves the cursor.</summary>
    /// <param name="x">From the left edge of what it shows, in screen coordinates.</param>
    /// <param name="y">From the upper edge of what it shows, in screen coordinates.</param>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void MoveMouseTo(double x, double y)
    {
        if (IsCallable())
        {
            SetMousePosition(x, y);
        }
    }

    /// <summary>Has it cover a monitor, in the mode that this has.</summary>
    /// <param name="monitor">The monitor's number in <see cref="GlfwMonitor.List"/>.</param>
    /// <exception cref="IOException">There is no such monitor.</exception>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void EnterFullScreen(int monitor = 0)
    {
        if (IsCallable())
        {
            EnterFullScreenNow(monitor);
            IsFullScreen = true;
        }
    }

    /// <summary>Undoes <see cref="EnterFullScreen"/>, or <see cref="GlfwWindowOptions.FullScreen"/>.</summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void LeaveFullScreen()
    {
        if (IsCallable() && IsFullScreen)
        {
            LeaveFullScreenNow();
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
        state = default;
        return IsCallable() && TryAskGamepad(gamepad, out state);
    }

    /// <summary>
    /// Has GLFW look whether a gamepad came or went. In a loop with frames this happens in each; without them when something else has happened at the display, so that an idle loop sleeps: call it from the
    /// handler of a watch of <c>/dev/input</c> where a gamepad is to be seen at once.
    /// </summary>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public void LookForGamepads()
    {
        if (IsCallable())
        {
            Pump();
        }
    }

    /// <summary>What a gamepad calls itself, by its mapping; null when there is none of this number.</summary>
    /// <param name="gamepad">Its number, from 0 to 15.</param>
    public string? GamepadName(int gamepad) => MayCall ? AskGamepadName(gamepad) : null;

    /// <summary>Draws what the window has beside <see cref="Redraw"/>.</summary>
    private protected virtual void RedrawOwn()
    {
    }

    private protected abstract void SetTitle(string title);

    private protected abstract void SetCursorMode(CursorMode mode);

    private protected abstract string? GetClipboard();

    private protected abstract void SetClipboard(string text);

    private protected abstract void MakeContextCurrent();

    private protected abstract void SwapContextBuffers();

    private protected abstract void SetSwapInterval(bool waits);

    private protected abstract nint FindFunction(string name);

    private protected abstract void ShowNow();

    private protected abstract void HideNow();

    private protected abstract void FocusNow();

    private protected abstract void IconifyNow();

    private protected abstract void MaximizeNow();

    private protected abstract void RestoreNow();

    private protected abstract void SetSize(int width, int height);

    private protected abstract void SetPosition(int x, int y);

    private protected abstract void SetMousePosition(double x, double y);

    private protected abstract void EnterFullScreenNow(int monitor);

    private protected abstract void LeaveFullScreenNow();

    private protected abstract string? AskGamepadName(int gamepad);
}
