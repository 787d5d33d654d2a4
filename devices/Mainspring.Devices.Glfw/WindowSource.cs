using System.Diagnostics;
using System.Runtime.InteropServices;
using Mainspring.Windows;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// A window of the desktop, whichever library opens it: an event source that opens when it is added to a loop and closes when it is removed. It emits <see cref="WindowEvent"/>, and
/// <see cref="DisplayLost"/> as its last event when the display goes away. On X11 the display's connection is in the loop's one wait; elsewhere the loop looks for events every
/// <see cref="GlfwWindowOptions.MaxSleep"/>. All members are for the loop's thread, and all windows of a process belong to one thread: the main one, where the program is to run on macOS.
/// </summary>
/// <remarks>
/// <para>Keys, buttons, text, scrolling, focus and closing are emitted as they come, each once and in order. Motion, size, position and the need to draw are states: in a loop with frames they come at the
/// begin of the frame's <see cref="FramePhase.Input"/>, otherwise at the end of a dispatch, each once at the most and with its last value; earlier only when something else happened after them, so
/// that the order stays true.</para>
/// <para>GLFW answers some questions by asking the display, which takes a moment: <see cref="Clipboard"/>, <see cref="MoveTo"/> and the like. What a window tells of its state it knows without asking.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public abstract partial class WindowSource : IPollableSource, IPreparedSource
{
    private const int MostPerFrame = 256; // of a flood: what is left is dispatched in the next tick

    private static readonly Func<Key, bool> s_noKey = static _ => false;
    private static readonly Func<MouseButton, bool> s_noButton = static _ => false;

    private readonly WindowEventQueue _queue = new();
    private readonly HeldInput _held = new();
    private readonly GamepadTracker _gamepads = new();
    private readonly Func<Key, bool> _asksKey;
    private readonly Func<MouseButton, bool> _asksButton;
    private readonly Func<int, GamepadState?> _asksGamepad;
    private readonly Action<Frame> _onInput;
    private readonly Action<WindowEvent> _queueEvent;
    private SourceContext? _context;
    private SafeHandle? _connection;  // on X11: a descriptor of its own for the display's connection; on Windows the thread's messages; elsewhere an invalid one
    private FrameHandle? _input;      // in a loop with frames
    private bool _isDispatching;
    private nuint _x11Window;         // the X server's number; 0 elsewhere
    private bool _isGone;             // another program has destroyed it
    private bool _hasLostDisplay;
    private bool _mustRedraw;         // without frames
    private bool _mustCompare;        // events were lost: what is held has to be compared with what GLFW says
    private long _lost;
    private Exception? _deferred;     // of a callback
    private TimeSpan _nextLook;       // without a descriptor, or without frames at a gamepad

    private protected WindowSource(GlfwWindowOptions options)
    {
        Options = options;
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Width, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.Height, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.Samples, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.DepthBits, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(Options.StencilBits, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.MaxSleep, TimeSpan.FromMilliseconds(1), nameof(options));
        _title = Options.Title;
        _cursorMode = Options.CursorMode;
        Name = $"window:{_title}";
        _onInput = _ => BeginFrame();
        _queueEvent = e => Queue(in e);
        _asksKey = AskKey;
        _asksButton = AskButton;
        _asksGamepad = pad => TryAskGamepad(pad, out GamepadState state) ? state : null;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>How it is opened.</summary>
    public GlfwWindowOptions Options { get; }

    /// <summary>Whether it is open: between its source's attach and its removal.</summary>
    public abstract bool IsOpen { get; }

    /// <summary>Whether the display has gone, or the window was destroyed by somebody else: drawing and everything else have no effect any more.</summary>
    public bool IsDisplayLost => _hasLostDisplay || (IsOpen && (IsGone || WindowSystem.IsLost));

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The window is not open.</exception>
    public SafeHandle Handle => _connection ?? throw NotOpen();

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    private protected bool MayCall => IsOpen && !IsGone && !WindowSystem.IsLost;

    /// <summary>How the window came to be destroyed in this process but not here; null while it is there. Its handle may not be used then.</summary>
    private protected virtual string? ClosedBy => null;

    private bool IsGone => _isGone || ClosedBy is not null;

    private bool HasFrames => _input is not null;

    /// <summary>How many events are to be emitted in a dispatch: in a loop with frames all but the states at the end, which are the next frame's.</summary>
    private int DueCount => HasFrames ? _queue.Settled : _queue.Count;

    /// <inheritdoc/>
    /// <exception cref="IOException">GLFW is missing, there is no display, or it refuses such a window; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">The window is open already, or windows are open on another thread or as another type.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_context is not null)
        {
            throw new InvalidOperationException($"{Name} is open already: a window serves one loop.");
        }

        Acquire();
        (_isGone, _hasLostDisplay) = (false, false);
        try
        {
            Open();
            _x11Window = WindowSystem.Display != 0 ? AskX11Window() : 0;
            WindowSystem.Add(this);
            _connection = Connect();
            _context = context;
            _input = context.Loop.HasFrames ? context.Loop.OnFrame(FramePhase.Input, _onInput, Name) : null;
            if (WindowSystem.IsLost)
            {
                throw new IOException($"{Name}: {WindowSystem.DisplayName} went away while the window was opened.");
            }

            OnOpened(context);
        }
        catch
        {
            CloseAfterFailure();
            throw;
        }

        context.Wake(); // what came while it was opened
    }

    /// <inheritdoc/>
    public bool Prepare(ref TimeSpan maxWait)
    {
        if (DueCount > 0 || WindowSystem.IsLost || WindowSystem.HasEvents() || WindowSystem.IsLost || IsGone)
        {
            return true;
        }

        if ((WindowSystem.Display == 0 && !OperatingSystem.IsWindows()) || (!HasFrames && _gamepads.IsAny))
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
            WindowSystem.Lose(); // without asking Xlib, which would only find the same
        }

        _isDispatching = true;
        if (DueCount == 0)
        {
            Pump();
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

    /// <summary>What the window's library brings.</summary>
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

    /// <summary>A gamepad has come, or gone; it may be one that has no mapping, or be known already.</summary>
    internal void OnGamepad(int gamepad, bool isConnected)
    {
        if (isConnected)
        {
            _gamepads.Add(gamepad, _queueEvent);
        }
        else
        {
            _gamepads.Remove(gamepad, _queueEvent);
        }
    }

    /// <summary>Starts the library, or throws.</summary>
    private protected abstract void Acquire();

    /// <summary>Undoes <see cref="Acquire"/>.</summary>
    private protected abstract void Release();

    /// <summary>Opens the window, and reads its state.</summary>
    private protected abstract void Open();

    /// <summary>Closes what was opened, as far as it was.</summary>
    /// <param name="isGone">Whether the X server has it no more.</param>
    private protected abstract void CloseWindow(bool isGone);

    /// <summary>It is open, and in the loop.</summary>
    private protected virtual void OnOpened(SourceContext context)
    {
    }

    /// <summary>Has the library take what the display has sent, into the queue.</summary>
    private protected abstract void Pump();

    /// <summary>What the library's last call that failed says, or null; it is forgotten then.</summary>
    private protected abstract string? TakeError();

    private protected abstract nuint AskX11Window();

    private protected abstract bool AskKey(Key key);

    private protected abstract bool AskButton(MouseButton button);

    private protected abstract bool TryAskGamepad(int gamepad, out GamepadState state);

    /// <summary>Runs <see cref="Redraw"/> in the midst of the library's own work.</summary>
    private protected void RedrawWithin()
    {
        try
        {
            Redraw?.Invoke();
        }
        catch (Exception exception)
        {
            Defer(exception);
        }
    }

    /// <summary>Whether calls have an effect; those of a window that lost its display have none.</summary>
    /// <exception cref="InvalidOperationException">The window is not open, or this is another thread.</exception>
    private protected bool IsCallable()
    {
        if (_hasLostDisplay)
        {
            return false; // nothing is done any more: it cannot be seen
        }

        if (!IsOpen)
        {
            throw NotOpen();
        }

        WindowSystem.CheckThread(Name);
        return MayCall;
    }

    private protected InvalidOperationException NotOpen() => new($"{Name} is not open: add it to a loop first.");

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
        if (IsGone || WindowSystem.IsLost)
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

        context.Emit(new DisplayLost(WindowSystem.DisplayName, WindowSystem.IsLost
            ? $"the connection to {WindowSystem.DisplayName} broke: its server has ended, or has closed it"
            : ClosedBy ?? $"another program has destroyed the window on {WindowSystem.DisplayName}"));
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
                _mustRedraw = !HasFrames && WindowSystem.Display != 0;
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
        if (Options.Gamepads && !WindowSystem.IsLost)
        {
            Pump(); // GLFW looks for gamepads that come in no other place
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
        if (_gamepads.IsAny && !WindowSystem.IsLost)
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
            RedrawOwn();
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

        if (!WindowSystem.IsLost && TakeError() is { } error)
        {
            context.Error(new IOException($"{Name}: {error}"));
        }

        if (WindowSystem.TakeRefusal() is { } refusal && !IsGone) // what comes of a window that is gone, its last event tells
        {
            context.Error(new IOException($"{Name}: {refusal}."));
        }
    }

    // What the loop waits on, or nothing: then Prepare says how long it may sleep.
    private static SafeHandle Connect() =>
        WindowSystem.Display != 0 ? Xlib.Duplicate(Xlib.ConnectionNumber(WindowSystem.Display))
        : OperatingSystem.IsWindows() ? new MessageQueue()
        : new SafeFileHandle(-1, ownsHandle: false);

    // What closing says of a window that did not open is a consequence.
    private void CloseAfterFailure()
    {
        try
        {
            Close();
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
        }
    }

    private void Close()
    {
        _input?.Cancel();
        (_input, _context) = (null, null);
        WindowSystem.Remove(this);
        if (IsOpen)
        {
            _hasLostDisplay = IsGone || WindowSystem.IsLost;
        }

        try
        {
            CloseWindow(_isGone);
        }
        finally
        {
            _connection?.Dispose();
            _connection = null;
            _x11Window = 0;
            _queue.Clear();
            _held.Clear();
            _gamepads.Clear();
            (_lost, _mustCompare, _mustRedraw, _deferred) = (0, false, false, null);
            (IsFocused, IsMouseInside) = (false, false);
            Release();
        }
    }
}
