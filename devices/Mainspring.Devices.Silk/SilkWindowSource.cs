using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using Mainspring.Devices.Glfw;
using Silk.NET.Input;
using Silk.NET.Maths;
using Silk.NET.Windowing;
using Silk.NET.Windowing.Glfw;
using GlfwWindow = Mainspring.Devices.Glfw.GlfwWindow;
using Key = Mainspring.Devices.Glfw.Key;
using MouseButton = Mainspring.Devices.Glfw.MouseButton;

namespace Mainspring.Devices.Silk;

/// <summary>
/// A window of Silk.NET as an event source: with the same events, options and members as <see cref="GlfwWindow"/>, so that a program changes one line to change between them. Silk.NET's own objects are
/// there too: <see cref="Window"/> and <see cref="Input"/>, whose events and properties work as they do everywhere. All windows of a process are of this type, or none.
/// </summary>
/// <remarks>
/// <para>The loop drives the window: its update and render rates are set to 0, and it is made to wait for nothing. In a loop with frames <see cref="IView.Update"/> comes in
/// <see cref="FramePhase.Update"/>, <see cref="IView.Render"/> in <see cref="FramePhase.Render"/>, and, where the window swaps its buffers by itself, they are swapped in <see cref="FramePhase.Present"/>;
/// in a loop without frames they come after a dispatch in which the window was exposed or resized. Never call <see cref="IView.Run"/>. <see cref="IView.Invoke"/> does not work; use
/// <see cref="MainLoop.Post(Action)"/>, which also wakes the loop. A window of the program's is disposed of after its source was removed; one that is gone before ends its source with <see cref="DisplayLost"/>.</para>
/// <para>What a handler of Silk.NET's own events throws is caught and reported under the window's name, where the window is GLFW's; with Silk.NET's other backends it is not.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed partial class SilkWindowSource : WindowSource
{
    private readonly IWindow? _given;
    private readonly Func<IInputContext>? _givenInput;
    private readonly IGamepad?[] _pads = new IGamepad?[GamepadTracker.Most];
    private readonly ModifierKeys _modifierKeys = new();
    private readonly Action _doEvents;
    private readonly Action<Frame> _onUpdate;
    private readonly Action<Frame> _onRender;
    private readonly Action<Frame> _onPresent;
    private IWindow? _window;
    private NativeWindow? _native;  // what it was when it was opened: the program may close it under us
    private IInputContext? _input;
    private bool _ownsInput;
    private GlfwGuard? _guard;      // where the window is GLFW's
    private WindowHabits? _habits;  // of a window that was open before
    private bool _swaps;            // it swaps its buffers by itself
    private bool _isIconified;      // as Silk.NET told last
    private bool _isMaximized;
    private char _highSurrogate;
    private FrameHandle? _update;
    private FrameHandle? _render;
    private FrameHandle? _present;

    /// <summary>A window that opens when it is added to a loop, and is disposed of when it is removed. It is opened with GLFW.</summary>
    /// <param name="options">How it is opened; null takes the defaults. <see cref="GlfwWindowOptions.SharesWith"/> is not for this type: open the window yourself, with a shared context.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size, a number of bits or samples, or <see cref="GlfwWindowOptions.MaxSleep"/> is out of range.</exception>
    /// <exception cref="ArgumentException">It is to share the objects of a <see cref="GlfwWindow"/>.</exception>
    public SilkWindowSource(GlfwWindowOptions? options = null)
        : this(options ?? new GlfwWindowOptions(), null, null)
    {
        if (Options.SharesWith is not null)
        {
            throw new ArgumentException("GlfwWindowOptions.SharesWith names a GlfwWindow; to share contexts, create the window by Silk.NET with WindowOptions.SharedContext, and give it.", nameof(options));
        }
    }

    /// <summary>
    /// A window that the program made with Silk.NET. It is initialized when it is added to a loop, and reset when it is removed; one that was initialized before stays open, with its own settings again.
    /// </summary>
    /// <param name="window">The window. A native program has to call <c>GlfwWindowing.RegisterPlatform()</c> before it can create one, and <c>GlfwInput.RegisterPlatform()</c>.</param>
    /// <param name="input">Its input, which stays the program's to dispose of, before the window; null makes one, and disposes of it. Of some backends a window has no more than one.</param>
    /// <param name="options">Of these only <see cref="GlfwWindowOptions.VSync"/>, <see cref="GlfwWindowOptions.Gamepads"/>, <see cref="GlfwWindowOptions.MaxSleep"/>, <see cref="GlfwWindowOptions.CursorMode"/>
    /// and <see cref="GlfwWindowOptions.RawMotion"/> count: all else is as the window was made. Note that Silk.NET's default is to wait for the display, and the default here is not to.</param>
    public SilkWindowSource(IWindow window, IInputContext? input = null, GlfwWindowOptions? options = null)
        : this(Describe(window, options ?? new GlfwWindowOptions()), window, input is null ? null : () => input)
    {
    }

    /// <summary>A window that the program made with Silk.NET, and whose input a handler of its <see cref="IView.Load"/> makes, as Silk.NET's examples do. Load is raised when the window is added to a loop.</summary>
    /// <param name="window">See <see cref="SilkWindowSource(IWindow, IInputContext?, GlfwWindowOptions?)"/>.</param>
    /// <param name="input">Gives the input; asked once the window has been loaded. It is disposed of with the window, before it, when the window closes with its source.</param>
    /// <param name="options">See <see cref="SilkWindowSource(IWindow, IInputContext?, GlfwWindowOptions?)"/>.</param>
    [OverloadResolutionPriority(-1)] // null is an input that is made here
    public SilkWindowSource(IWindow window, Func<IInputContext> input, GlfwWindowOptions? options = null)
        : this(Describe(window, options ?? new GlfwWindowOptions()), window, input) => ArgumentNullException.ThrowIfNull(input);

    private SilkWindowSource(GlfwWindowOptions options, IWindow? given, Func<IInputContext>? givenInput)
        : base(options)
    {
        (_given, _givenInput) = (given, givenInput);
        _doEvents = () => _window?.DoEvents();
        _onUpdate = _ => SilkLibrary.Call(Update);
        _onRender = _ => SilkLibrary.Call(Render);
        _onPresent = _ => Swap();
    }

    /// <inheritdoc/>
    public override bool IsOpen => _window is not null;

    /// <summary>Silk.NET's window; null while it is closed. Do not run it: the loop does. After <see cref="DisplayLost"/> it may not be called.</summary>
    public IWindow? Window => _window;

    /// <summary>Silk.NET's input; null while the window is closed.</summary>
    public IInputContext? Input => _input;

    /// <summary>How often a second the primary monitor shows a picture; 0 where the system does not say. Starts GLFW: call it on the thread of the windows.</summary>
    /// <exception cref="IOException">GLFW is missing or finds no display; the message says what to do.</exception>
    public static int DisplayRate()
    {
        WindowSystem.Acquire(nameof(SilkWindowSource), "", static () => SilkLibrary.StartGlfw(""));
        try
        {
            GlfwWindowing.Use();
            return WindowSystem.IsLost ? 0 : global::Silk.NET.Windowing.Monitor.GetMainMonitor(null).VideoMode.RefreshRate ?? 0;
        }
        finally
        {
            WindowSystem.Release();
        }
    }

    /// <summary>The modifiers, as GLFW says them with each key and button; elsewhere those that are held.</summary>
    internal KeyModifiers Modifiers { get; set; }

    internal void QueueKey(Key key, int scanCode, KeyAction action) =>
        Queue(new WindowEvent(WindowEventKind.Key) { Key = key, ScanCode = scanCode, Action = action, Modifiers = Modifiers });

    /// <summary>What it shows has to be drawn: on X11 this comes with other events; on Windows and macOS also from within the system's own loop that resizes a window, in which no dispatch returns.</summary>
    internal void OnRefresh()
    {
        Queue(new WindowEvent(WindowEventKind.RedrawNeeded));
        if (WindowSystem.Display == 0)
        {
            RedrawWithin();
        }
    }

    private protected override string? ClosedBy =>
        _native is { IsThere: false } ? "the program has disposed of Silk.NET's window, or has reset it, without removing its source first" : null;

    private protected override void Acquire() => WindowSystem.Acquire(nameof(SilkWindowSource), Name + ": ", () =>
    {
        if (_given is null || GlfwWindowing.IsViewGlfw(_given))
        {
            SilkLibrary.StartGlfw(Name + ": ");
        }
        else
        {
            _ = WindowSystem.Start(static () => true); // another backend's, which is there
        }
    });

    private protected override void Release() => WindowSystem.Release();

    private protected override void Open()
    {
        if (_given is not null && SilkLibrary.IsDoomed(_given))
        {
            throw new InvalidOperationException($"{Name}: a handler of Silk.NET's has removed it, and it closes when that handler has returned; add it again then, by MainLoop.Post.");
        }

        IWindow window = _window = _given ?? Create();
        _habits = window.IsInitialized ? new WindowHabits(window) : null;
        if (_habits is null)
        {
            Initialize(window);
        }

        _native = new NativeWindow(window);
        if (!GlfwWindowing.IsViewGlfw(window))
        {
            WindowSystem.Take(window.Native?.X11?.Display ?? 0);
        }

        _swaps = window.ShouldSwapAutomatically && !window.IsContextControlDisabled;
        (window.FramesPerSecond, window.UpdatesPerSecond, window.IsEventDriven, window.VSync, window.ShouldSwapAutomatically) = (0, 0, false, Options.VSync, false);
        if (window.GLContext is { IsCurrent: true } context)
        {
            context.SwapInterval(Options.VSync ? 1 : 0);
        }

        IInputContext? given = _givenInput is null ? null : SilkLibrary.AskInput(window, _givenInput);
        _input = given ?? CreateInput(window);
        _ownsInput = given is null || _habits is null; // what was made while it was opened here goes with it
        Subscribe(window, _input);
        _guard = GlfwWindowing.IsViewGlfw(window) ? new GlfwGuard(this, window) : null;
        if (CursorMode != Mainspring.Devices.Glfw.CursorMode.Normal)
        {
            SetCursorMode(CursorMode);
        }

        if (_given is null && (Options.Visible || Options.FullScreen) && !WindowSystem.IsLost)
        {
            ShowNow();
            if (Options.FullScreen)
            {
                EnterFullScreenNow(Options.Monitor);
            }
            else if (Options.Maximized)
            {
                MaximizeNow();
            }
        }

        if (!WindowSystem.IsLost)
        {
            ReadState(window);
        }
    }

    private protected override void OnOpened(SourceContext context)
    {
        if (context.Loop.HasFrames)
        {
            _update = context.Loop.OnFrame(FramePhase.Update, _onUpdate, Name);
            _render = context.Loop.OnFrame(FramePhase.Render, _onRender, Name);
            _present = _swaps ? context.Loop.OnFrame(FramePhase.Present, _onPresent, Name) : null;
        }
    }

    private protected override void CloseWindow(bool isGone)
    {
        _update?.Cancel();
        _render?.Cancel();
        _present?.Cancel();
        (_update, _render, _present) = (null, null, null);
        if (_window is not { } window)
        {
            return;
        }

        (IInputContext? input, GlfwGuard? guard, WindowHabits? habits, NativeWindow native) = (_input, _guard, _habits, _native ?? new NativeWindow(window));
        (_window, _native, _input, _guard, _habits) = (null, null, null, null, null);
        _modifierKeys.Clear();
        Array.Clear(_pads);
        Modifiers = KeyModifiers.None;
        try
        {
            if (input is not null)
            {
                Unsubscribe(window, input);
            }

            if (!WindowSystem.IsLost && native.IsThere)
            {
                guard?.Remove();
                habits?.Restore(window);
            }
        }
        finally
        {
            // A window of the program's that was opened here is reset with it, and can be opened again.
            SilkLibrary.Dispose(habits is null ? window : null, native, _ownsInput ? input : null, isGone);
        }
    }

    private protected override void Pump()
    {
        if (!WindowSystem.IsLost)
        {
            try
            {
                SilkLibrary.Call(_doEvents);
            }
            catch (Exception exception)
            {
                Defer(exception); // of a handler of gamepads or clicks
            }
        }
    }

    private protected override void RedrawOwn()
    {
        if (MayCall)
        {
            SilkLibrary.Call(Update);
            SilkLibrary.Call(Render);
            Swap();
        }
    }

    // The settings of a window that is the program's.
    private static GlfwWindowOptions Describe(IWindow window, GlfwWindowOptions options)
    {
        ArgumentNullException.ThrowIfNull(window);
        return options with
        {
            Title = window.Title,
            Width = Math.Max(1, ((IWindowProperties)window).Size.X),
            Height = Math.Max(1, ((IWindowProperties)window).Size.Y),
            Api = window.API.API switch { ContextAPI.OpenGL => GraphicsApi.OpenGL, ContextAPI.OpenGLES => GraphicsApi.OpenGLES, _ => GraphicsApi.None },
        };
    }

    private void Update()
    {
        if (MayCall)
        {
            _window!.DoUpdate();
        }
    }

    private void Render()
    {
        if (MayCall)
        {
            _window!.DoRender();
        }
    }

    private void Swap()
    {
        if (_swaps && MayCall)
        {
            _window!.GLContext?.SwapBuffers();
        }
    }

    private IInputContext CreateInput(IWindow window)
    {
        try
        {
            return SilkLibrary.AskInput(window, window.CreateInput)!;
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"{Name}: this window has an input context already ({exception.Message}); give it to SilkWindowSource beside the window, as a function where a handler of Load makes it: new SilkWindowSource(window, () => input).", exception);
        }
    }

    private void Subscribe(IWindow window, IInputContext input)
    {
        window.Move += OnMove;
        window.Resize += OnResize;
        window.FramebufferResize += OnFramebufferResize;
        window.Closing += OnClosing;
        window.FocusChanged += OnFocusChanged;
        window.StateChanged += OnStateChanged;
        window.FileDrop += OnFileDrop;
        input.ConnectionChanged += OnConnectionChanged;
        foreach (IKeyboard keyboard in input.Keyboards)
        {
            keyboard.KeyDown += OnKeyDown;
            keyboard.KeyUp += OnKeyUp;
            keyboard.KeyChar += OnKeyChar;
        }

        foreach (IMouse mouse in input.Mice)
        {
            mouse.MouseDown += OnMouseDown;
            mouse.MouseUp += OnMouseUp;
            mouse.MouseMove += OnMouseMove;
            mouse.Scroll += OnScroll;
        }
    }

    private void Unsubscribe(IWindow window, IInputContext input)
    {
        window.Move -= OnMove;
        window.Resize -= OnResize;
        window.FramebufferResize -= OnFramebufferResize;
        window.Closing -= OnClosing;
        window.FocusChanged -= OnFocusChanged;
        window.StateChanged -= OnStateChanged;
        window.FileDrop -= OnFileDrop;
        input.ConnectionChanged -= OnConnectionChanged;
        foreach (IKeyboard keyboard in input.Keyboards)
        {
            keyboard.KeyDown -= OnKeyDown;
            keyboard.KeyUp -= OnKeyUp;
            keyboard.KeyChar -= OnKeyChar;
        }

        foreach (IMouse mouse in input.Mice)
        {
            mouse.MouseDown -= OnMouseDown;
            mouse.MouseUp -= OnMouseUp;
            mouse.MouseMove -= OnMouseMove;
            mouse.Scroll -= OnScroll;
        }
    }

    // What Silk.NET calls. Each puts an event into the queue, and no more: nothing here throws, for it would throw through C.
    private void OnMove(Vector2D<int> place) => Queue(new WindowEvent(WindowEventKind.Moved) { X = place.X, Y = place.Y });

    private void OnResize(Vector2D<int> size) => Queue(new WindowEvent(WindowEventKind.Resized) { Width = size.X, Height = size.Y });

    private void OnFramebufferResize(Vector2D<int> size) => Queue(new WindowEvent(WindowEventKind.FramebufferResized) { Width = size.X, Height = size.Y });

    private void OnClosing() => Queue(new WindowEvent(WindowEventKind.CloseRequested));

    private void OnFocusChanged(bool hasFocus)
    {
        _modifierKeys.Clear();
        Queue(new WindowEvent(WindowEventKind.FocusChanged) { IsOn = hasFocus });
    }

    private void OnStateChanged(WindowState state)
    {
        bool isIconified = state == WindowState.Minimized;
        if (isIconified != _isIconified)
        {
            _isIconified = isIconified;
            Queue(new WindowEvent(WindowEventKind.Iconified) { IsOn = isIconified });
        }

        bool isMaximized = state == WindowState.Maximized || (isIconified && _isMaximized); // one that is iconified stays maximized
        if (isMaximized != _isMaximized)
        {
            _isMaximized = isMaximized;
            Queue(new WindowEvent(WindowEventKind.Maximized) { IsOn = isMaximized });
        }
    }

    private void OnFileDrop(string[] paths) => Queue(new WindowEvent(WindowEventKind.Dropped) { Paths = paths });

    private void OnKeyDown(IKeyboard keyboard, global::Silk.NET.Input.Key key, int scanCode) => OnKey((Key)key, scanCode, KeyAction.Press);

    private void OnKeyUp(IKeyboard keyboard, global::Silk.NET.Input.Key key, int scanCode) => OnKey((Key)key, scanCode, KeyAction.Release);

    private void OnKey(Key key, int scanCode, KeyAction action)
    {
        QueueKey(key, scanCode, action); // with the modifiers that were held before
        if (_guard is null)
        {
            _modifierKeys.Take(key, action);
            Modifiers = _modifierKeys.Held;
        }
    }

    // Silk.NET cuts characters to 16 bits: GLFW's come by the guard, whole.
    private void OnKeyChar(IKeyboard keyboard, char character)
    {
        if (_guard is not null)
        {
            return;
        }

        if (char.IsHighSurrogate(character))
        {
            _highSurrogate = character;
        }
        else if (Rune.TryCreate(character, out Rune text) || Rune.TryCreate(_highSurrogate, character, out text))
        {
            Queue(new WindowEvent(WindowEventKind.Text) { Text = text });
        }
    }

    private void OnMouseDown(IMouse mouse, global::Silk.NET.Input.MouseButton button) => OnButton(button, KeyAction.Press);

    private void OnMouseUp(IMouse mouse, global::Silk.NET.Input.MouseButton button) => OnButton(button, KeyAction.Release);

    private void OnButton(global::Silk.NET.Input.MouseButton button, KeyAction action)
    {
        if (button is >= global::Silk.NET.Input.MouseButton.Left and <= global::Silk.NET.Input.MouseButton.Button8)
        {
            Queue(new WindowEvent(WindowEventKind.MouseButton) { Button = (MouseButton)button, Action = action, Modifiers = Modifiers });
        }
    }

    private void OnMouseMove(IMouse mouse, Vector2 place) => Queue(new WindowEvent(WindowEventKind.MouseMoved) { X = place.X, Y = place.Y });

    private void OnScroll(IMouse mouse, ScrollWheel wheel) => Queue(new WindowEvent(WindowEventKind.Scroll) { X = wheel.X, Y = wheel.Y });

    private void OnConnectionChanged(IInputDevice device, bool isConnected)
    {
        if (Options.Gamepads && device is IGamepad pad && (uint)pad.Index < (uint)_pads.Length)
        {
            _pads[pad.Index] = isConnected ? pad : null;
            OnGamepad(pad.Index, isConnected);
        }
    }
}
