using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// A window of the desktop: an event source that opens when it is added to a loop and closes when it is removed. It emits <see cref="WindowEvent"/>, and <see cref="DisplayLost"/> as its last event
/// when the display goes away. On X11 the display's connection is in the loop's one wait; elsewhere the loop looks for events every <see cref="GlfwWindowOptions.MaxSleep"/>. All members are for the
/// loop's thread, and all windows of a process belong to one thread: the main one, where the program is to run on macOS.
/// </summary>
/// <remarks>
/// <para>Keys, buttons, text, scrolling, focus and closing are emitted as they come, each once and in order. Motion, size, position and the need to draw are states: in a loop with frames they come at the
/// begin of the frame's <see cref="FramePhase.Input"/>, otherwise at the end of a dispatch, each once at the most and with its last value; earlier only when something else happened after them, so
/// that the order stays true.</para>
/// <para>GLFW answers some questions by asking the display, which takes a moment: <see cref="Clipboard"/>, <see cref="MoveTo"/> and the like. What a window tells of its state it knows without asking.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed partial class GlfwWindow : IPollableSource, IPreparedSource
{
    private const int MostPerFrame = 256; // of a flood: what is left is dispatched in the next tick

    private static readonly Func<Key, bool> s_noKey = static _ => false;
    private static readonly Func<MouseButton, bool> s_noButton = static _ => false;

    private readonly WindowEventQueue _queue = new();
    private readonly HeldInput _held = new();
    private readonly Func<Key, bool> _asksKey;
    private readonly Func<MouseButton, bool> _asksButton;
    private readonly Action<Frame> _onInput;
    private readonly Action<WindowEvent> _queueEvent;
    private readonly Func<int, GamepadState?> _asksGamepad;
    private readonly GamepadTracker _gamepads = new();
    private SourceContext? _context;
    private SafeFileHandle? _connection; // on X11: a descriptor of its own for the display's connection; elsewhere an invalid one
    private FrameHandle? _input;      // in a loop with frames
    private GCHandle _self;           // what GLFW's callbacks find the window by
    private nint _window;
    private bool _isDispatching;
    private nuint _x11Window;         // the X server's number; 0 elsewhere
    private bool _isGone;             // another program has destroyed it
    private bool _hasLostDisplay;
    private bool _mustRedraw;         // without frames
    private bool _mustCompare;        // events were lost: what is held has to be compared with what GLFW says
    private long _lost;
    private Exception? _deferred;     // of a callback
    private TimeSpan _nextLook;       // without a descriptor, or without frames at a gamepad

    /// <summary>A window that opens when it is added to a loop.</summary>
    /// <param name="options">How it is opened; null takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size, a number of bits or samples, or <see cref="GlfwWindowOptions.MaxSleep"/> is out of range.</exception>
    public GlfwWindow(GlfwWindowOptions? options = null)
    {
        Options = options ?? new GlfwWindowOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Width, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Height, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.Samples, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.DepthBits, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.StencilBits, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.MaxSleep, TimeSpan.FromMilliseconds(1), nameof(options));
        _title = Options.Title;
        _cursorMode = Options.CursorMode;
        Name = $"window:{Options.Title}";
        _onInput = _ => BeginFrame();
        _queueEvent = e => Queue(in e);
        _asksGamepad = pad => TryAskGamepad(pad, out GamepadState state) ? state : null;
        _asksKey = key => key == Key.Unknown || GlfwNative.GetKey(_window, (int)key) != 0;
        _asksButton = button => GlfwNative.GetMouseButton(_window, (int)button) != 0;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>How it is opened.</summary>
    public GlfwWindowOptions Options { get; }

    /// <summary>Whether it is open: between its source's attach and its removal.</summary>
    public bool IsOpen => _window != 0;

    /// <summary>Whether the display has gone, or another program has destroyed the window: drawing and everything else have no effect any more.</summary>
    public bool IsDisplayLost => _hasLostDisplay || (_window != 0 && (_isGone || GlfwLibrary.IsLost));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public SafeHandle Handle => _connection ?? throw NotOpen();

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    private bool MayCall => _window != 0 && !_isGone && !GlfwLibrary.IsLost;

    private bool HasFrames => _input is not null;

    /// <summary>How many events are to be emitted in a dispatch: in a loop with frames all but the states at the end, which are the next frame's.</summary>
    private int DueCount => HasFrames ? _queue.Settled : _queue.Count;

    /// <inheritdoc/>
    /// <exception cref="IOException">GLFW is missing, there is no display, or it refuses such a window; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">The window is open already, or windows are open on another thread.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_window != 0)
        {
            throw new InvalidOperationException($"{Name} is open already: a window serves one loop.");
        }

        GlfwLibrary.Acquire(Name);
        (_isGone, _hasLostDisplay) = (false, false);
        try
        {
            _self = GCHandle.Alloc(this);
            _window = Create();
            _x11Window = GlfwLibrary.Display != 0 ? GlfwNative.GetX11Window(_window) : 0;
            GlfwLibrary.Add(this);
            _connection = Connect();
            _context = context;
            _input = context.Loop.HasFrames ? context.Loop.OnFrame(FramePhase.Input, _onInput, Name) : null;
            if (GlfwLibrary.IsLost)
            {
                throw new IOException($"{Name}: {GlfwLibrary.DisplayName} went away while the window was opened.");
            }
        }
        catch
        {
            Close();
            throw;
        }

        context.Wake(); // what came while it was opened
    }

    /// <inheritdoc/>
    public bool Prepare(ref TimeSpan maxWait)
    {
        if (DueCount > 0 || GlfwLibrary.IsLost || GlfwLibrary.HasEvents() || GlfwLibrary.IsLost || _isGone)
        {
            return true;
        }

        if (GlfwLibrary.Display == 0 || (!HasFrames && _gamepads.IsAny))
        {
            TimeSpan left = _nextLook - _context!.Loop.Now;
            if (left <= TimeSpan.Zero)
            {
                return true;
            }

            maxWait = left < maxWait ? left : maxWait;
        }

        return false;
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_context is not { } context)
        {
            return 0;
        }

        if ((ready & (PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            GlfwLibrary.Lose(); // without asking Xlib, which would only find the same
        }

        _isDispatching = true;
        if (DueCount == 0)
        {
            GlfwLibrary.Pump();
            if (!HasFrames)
            {
                PollGamepads();
            }

            _nextLook = context.Loop.Now + Options.MaxSleep;
        }

        ReportTrouble(context);
        int handled = 0;
        while (handled < maxEvents && ReferenceEquals(_context, context) && DueCount > 0)
        {
            handled += EmitFirst(context);
        }

        if (handled < maxEvents && ReferenceEquals(_context, context))
        {
            handled += EmitEnd(context);
        }

        _isDispatching = false;
        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        if (_context is not null)
        {
            Close();
        }
    }

    /// <summary>What GLFW's callbacks bring.</summary>
    internal void Queue(in WindowEvent e)
    {
        switch (e.Kind)
        {
            case WindowEventKind.Resized:
                Size = (e.Width, e.Height);
                break;
            case WindowEventKind.FramebufferResized:
                FramebufferSize = (e.Width, e.Height);
                break;
            case WindowEventKind.ContentScaleChanged:
                ContentScale = ((float)e.X, (float)e.Y);
                break;
            case WindowEventKind.Moved:
                Position = ((int)e.X, (int)e.Y);
                break;
        }

        if (!_queue.TryAdd(in e))
        {
            _lost++;
        }

        if (!_isDispatching)
        {
            _context?.Wake(); // another window took what the display sent, or a call from here brought it
        }
    }

    /// <summary>A window is no more on the X server. Called while Xlib reads: nothing may be done here.</summary>
    internal void OnDestroyed(nuint window) => _isGone |= window == _x11Window;

    /// <summary>Keeps what a callback threw for the next dispatch.</summary>
    internal void Defer(Exception exception)
    {
        _deferred ??= exception;
        _context?.Wake();
    }

    internal void OnJoystick(int joystick, bool isConnected)
    {
        if (!isConnected)
        {
            _gamepads.Remove(joystick, _queueEvent);
        }
        else if (GlfwNative.IsGamepad(joystick) != 0)
        {
            _gamepads.Add(joystick, _queueEvent);
        }
    }

    // Emits the first event of the queue, or what has to come before it. How many were emitted.
    private int EmitFirst(SourceContext context)
    {
        if (_queue.First is { Kind: WindowEventKind.FocusChanged, IsOn: false } && _held.TryRelease(s_noKey, s_noButton, out WindowEvent release))
        {
            return Emit(context, in release);
        }

        WindowEvent e = _queue.Take();
        return Emit(context, in e);
    }

    // What comes when the queue is empty.
    private int EmitEnd(SourceContext context)
    {
        if (_isGone || GlfwLibrary.IsLost)
        {
            return EmitLoss(context);
        }

        if (_mustCompare)
        {
            if (_held.TryRelease(_asksKey, _asksButton, out WindowEvent release))
            {
                return Emit(context, in release);
            }

            _mustCompare = false;
        }

        if (_mustRedraw)
        {
            _mustRedraw = false;
            RunRedraw(context);
        }

        return 0;
    }

    private int EmitLoss(SourceContext context)
    {
        if (_queue.Count > 0 || _held.TryRelease(s_noKey, s_noButton, out _))
        {
            return _queue.Count > 0 ? EmitFirst(context) : _held.TryRelease(s_noKey, s_noButton, out WindowEvent release) ? Emit(context, in release) : 0;
        }

        context.Emit(new DisplayLost(GlfwLibrary.DisplayName, GlfwLibrary.IsLost
            ? $"the connection to {GlfwLibrary.DisplayName} broke: its server has ended, or has closed it"
            : $"another program has destroyed the window on {GlfwLibrary.DisplayName}"));
        context.Ended();
        return 1;
    }

    private int Emit(SourceContext context, in WindowEvent e)
    {
        switch (e.Kind)
        {
            case WindowEventKind.Key or WindowEventKind.MouseButton when !_held.Take(in e):
                return 0; // released already, when the focus was lost
            case WindowEventKind.MouseButton:
                context.Emit(e with { X = MousePosition.X, Y = MousePosition.Y });
                return 1;
            case WindowEventKind.MouseMoved:
                MousePosition = (e.X, e.Y);
                break;
            case WindowEventKind.MouseEntered:
                IsMouseInside = e.IsOn;
                break;
            case WindowEventKind.FocusChanged:
                IsFocused = e.IsOn;
                break;
            case WindowEventKind.Iconified:
                IsIconified = e.IsOn;
                break;
            case WindowEventKind.Maximized:
                IsMaximized = e.IsOn;
                break;
            case WindowEventKind.CloseRequested:
                ShouldClose = true;
                break;
            case WindowEventKind.RedrawNeeded or WindowEventKind.FramebufferResized:
                _mustRedraw = !HasFrames && GlfwLibrary.Display != 0;
                break;
        }

        context.Emit(in e);
        return 1;
    }

    // In each frame, before the handlers of its Input phase that were added later: the states that have come since the last one, and what the gamepads say.
    private void BeginFrame()
    {
        bool isClear = _queue.Settled == 0; // otherwise a flood of other events stands before them
        _isDispatching = true;
        if (Options.Gamepads && !GlfwLibrary.IsLost)
        {
            GlfwLibrary.Pump(); // GLFW looks for gamepads that come in no other place
            PollGamepads();
        }

        for (int i = 0; isClear && i < MostPerFrame && _context is { } context && _queue.Count > 0; i++)
        {
            EmitFirst(context);
        }

        _isDispatching = false;
    }

    private void PollGamepads()
    {
        if (_gamepads.IsAny && !GlfwLibrary.IsLost)
        {
            if (IsFocused)
            {
                _gamepads.Poll(_asksGamepad, _queueEvent);
            }
            else
            {
                _gamepads.ReleaseAll(_queueEvent);
            }
        }
    }

    private void RunRedraw(SourceContext context)
    {
        try
        {
            Redraw?.Invoke();
        }
        catch (Exception exception)
        {
            context.Error(exception);
        }
    }

    // What went wrong outside of the loop's sight.
    private void ReportTrouble(SourceContext context)
    {
        if (_deferred is { } deferred)
        {
            _deferred = null;
            context.Error(deferred);
        }

        if (_lost > 0)
        {
            (long lost, _lost, _mustCompare) = (_lost, 0, true);
            context.Lost(lost);
        }

        if (!GlfwLibrary.IsLost && GlfwLibrary.TakeError() is { } error)
        {
            context.Error(new IOException($"{Name}: {error}"));
        }

        if (GlfwLibrary.TakeRefusal() is { } refusal && !_isGone) // what comes of a window that is gone, its last event tells
        {
            context.Error(new IOException($"{Name}: {refusal}."));
        }
    }

    private nint Create()
    {
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
        nint window = GlfwLibrary.Create(Options.Width, Options.Height, _title, Options.SharesWith?._window ?? 0, Options.Api != GraphicsApi.None);
        if (window == 0)
        {
            throw new IOException($"{Name}: the window cannot be opened: {GlfwLibrary.TakeError() ?? GlfwLibrary.TakeRefusal() ?? "no reason was given"}.{Advice()}");
        }

        _window = window;
        GlfwNative.SetWindowUserPointer(window, GCHandle.ToIntPtr(_self));
        GlfwCallbacks.Set(window);
        GlfwNative.SetInputMode(window, GlfwNative.LockKeyModifiers, 1);
        if (_cursorMode != CursorMode.Normal)
        {
            GlfwNative.SetInputMode(window, GlfwNative.Cursor, (int)_cursorMode);
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

        if ((Options.Visible || Options.FullScreen) && !GlfwLibrary.IsLost)
        {
            GlfwLibrary.Show(window, monitor, Options.Width, Options.Height, Options.RefreshRate ?? -1);
        }

        if (!GlfwLibrary.IsLost)
        {
            ReadState();
        }

        return window;
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

    // The descriptor that the loop waits on, or none: then Prepare says how long it may sleep.
    private static SafeFileHandle Connect() =>
        GlfwLibrary.Display != 0 ? Xlib.Duplicate(Xlib.ConnectionNumber(GlfwLibrary.Display)) : new SafeFileHandle(-1, ownsHandle: false);

    private void Close()
    {
        _input?.Cancel();
        (_input, _context) = (null, null);
        if (_window != 0)
        {
            GlfwLibrary.Remove(this);
            _hasLostDisplay = _isGone || GlfwLibrary.IsLost;
            if (!GlfwLibrary.IsLost)
            {
                GlfwLibrary.Destroy(_window, _isGone);
            }

            _window = 0;
        }

        if (_self.IsAllocated)
        {
            _self.Free();
        }

        _connection?.Dispose();
        _connection = null;
        _queue.Clear();
        _held.Clear();
        _gamepads.Clear();
        (_lost, _mustCompare, _mustRedraw, _deferred) = (0, false, false, null);
        (IsFocused, IsMouseInside) = (false, false);
        GlfwLibrary.Release();
    }

    private static void Hint(int hint, int value) => GlfwNative.WindowHint(hint, value);

    private static void Hint(int hint, bool value) => GlfwNative.WindowHint(hint, value ? 1 : 0);

    private InvalidOperationException NotOpen() => new($"{Name} is not open: add it to a loop first.");
}
