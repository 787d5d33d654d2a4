using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;

namespace Mainspring.Devices.Windows;

/// <summary>
/// The console that the program was started in: its input is in the loop's one wait, in raw mode, with the releases of keys, and a screen to draw on. While nobody types it costs nothing; per event and per frame it
/// allocates nothing.
/// </summary>
/// <remarks>
/// <para>It is given back as it was when the source is detached, removed or disposed, when the process ends in an orderly way or by an unhandled exception, and on Ctrl-C, Ctrl-Break, the closing of its window and
/// shut-down. A program that goes on after these has it back after 200 ms (<see cref="TerminalResumed"/>).</para>
/// <para>Windows waits for the console with every write. So a thread shows the frames; <see cref="TryPresent"/> drops one while it is busy.</para>
/// <para>What is pasted comes as if it was typed: there is no <see cref="TerminalPaste"/>.</para>
/// </remarks>
[SupportedOSPlatform("windows")]
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed unsafe class WindowsTerminal : ITerminal, IPollableSource, ITerminalInput, IDisposable
{
    private const int ReadCount = 64;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    // Of the mouse's state: FROM_LEFT_1ST_BUTTON_PRESSED and the others.
    private static readonly (uint Bit, TerminalMouseButton Button)[] s_buttons =
    [
        (1, TerminalMouseButton.Left), (2, TerminalMouseButton.Right), (4, TerminalMouseButton.Middle), (8, TerminalMouseButton.Back), (16, TerminalMouseButton.Forward),
    ];

    private readonly TerminalPainter _painter;
    private readonly TerminalEvents _events;
    private readonly ConsoleAbi.InputRecord[] _records = new ConsoleAbi.InputRecord[ReadCount];
    private readonly List<PosixSignalRegistration> _signals = [];
    private int _next;            // of the records that were read and not yet taken
    private int _end;
    private int _repeats;         // of the present record that are left
    private bool _isKeyTold;      // of the present record: its text is next
    private char _highSurrogate;
    private uint _buttons;
    private ConsoleAbi.Place _mouse;
    private ConsoleSession? _session;
    private SourceContext? _context;
    private TimerHandle _resumeTimer;
    private int _wasInterrupted;  // set by a control event
    private bool _isDisposed;

    /// <summary>The console that the program was started in; it is opened when it is added to a loop.</summary>
    /// <param name="options">How it is used; null takes the defaults. <see cref="TerminalOptions.BracketedPaste"/> and <see cref="TerminalOptions.EscapeTimeout"/> mean nothing here.</param>
    /// <exception cref="PlatformNotSupportedException">This is no Windows.</exception>
    public WindowsTerminal(TerminalOptions? options = null)
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("console: WindowsTerminal needs Windows; on Linux use LinuxTerminal, elsewhere windows (Mainspring.Devices.Glfw).");
        }

        Options = options ?? new TerminalOptions();
        Colors = Options.Colors ?? (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) ? TerminalColorDepth.TrueColor : TerminalColorDepth.None);
        _painter = new TerminalPainter(Colors);
        _events = new TerminalEvents(Screen, _painter, this);
    }

    /// <inheritdoc/>
    public string Name => "terminal:console";

    /// <inheritdoc/>
    public TerminalOptions Options { get; }

    /// <inheritdoc/>
    public bool IsOpen => _session?.IsOurs == true;

    /// <inheritdoc/>
    public bool KeysHaveReleases => _session is not null && Options.KeyReleases;

    /// <inheritdoc/>
    public TerminalColorDepth Colors { get; }

    /// <inheritdoc/>
    public bool IsUtf8 => true;

    /// <inheritdoc/>
    public TerminalScreen Screen { get; } = new();

    /// <inheritdoc/>
    public long DroppedFrames { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The console is not attached.</exception>
    public SafeHandle Handle => _session?.Input ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    bool ITerminalInput.IsOurs => IsOpen;

    /// <summary>Whether the program has a console. False for a service, and for a program of windows that was started from the desktop.</summary>
    public static bool IsAvailable
    {
        get
        {
            if (!OperatingSystem.IsWindows())
            {
                return false;
            }

            try
            {
                ConsoleSession.Open("CONIN$").Dispose();
                ConsoleSession.Open("CONOUT$").Dispose();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The console is attached already.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_session is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a terminal serves one loop.");
        }

        ConsoleSession session = ConsoleSession.Open(Options);
        try
        {
            session.Begin();
        }
        catch
        {
            session.Dispose();
            throw;
        }

        (_session, _context) = (session, context);
        (_next, _end, _repeats, _isKeyTold, _buttons, _highSurrogate, _wasInterrupted) = (0, 0, 0, false, 0, '\0', 0);
        _events.Begin();
        foreach (PosixSignal signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGQUIT, PosixSignal.SIGHUP, PosixSignal.SIGTERM })
        {
            _signals.Add(PosixSignalRegistration.Create(signal, received => Interrupt(received, session, context)));
        }

        context.Wake(); // for TerminalConnected, when the first handlers have been added
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_session is not { } session)
        {
            return 0;
        }

        if (Interlocked.Exchange(ref _wasInterrupted, 0) != 0)
        {
            // The process may be about to end.
            _context!.SetInterest(PollEvents.None);
            _resumeTimer.Cancel();
            _resumeTimer = _context.Loop.CallLater(s_patience, static terminal => terminal.Resume(), this);
        }

        // A handler may remove the source, and even add it again.
        int handled = 0;
        while (handled < maxEvents && ReferenceEquals(_session, session) && _events.EmitNext(_context!))
        {
            handled++;
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        ConsoleSession? session = _session;
        (_session, _context) = (null, null);
        _resumeTimer.Cancel();
        _signals.ForEach(static registration => registration.Dispose());
        _signals.Clear();
        session?.Dispose();
    }

    /// <inheritdoc/>
    public bool TryPresent()
    {
        if (_session is not { IsOurs: true } session)
        {
            return false;
        }

        if (session.IsWriting)
        {
            DroppedFrames++;
            return false;
        }

        _painter.Paint(Screen);
        if (!_painter.Bytes.IsEmpty)
        {
            session.Show(_painter.Bytes);
        }

        return true;
    }

    /// <summary>Gives the console back, for good. A loop that still has it is to remove it first.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Detach();
    }

    // On another thread. Unless another handler cancels it, the runtime now ends the process.
    private void Interrupt(PosixSignalContext received, ConsoleSession session, SourceContext context)
    {
        if (!received.Cancel)
        {
            session.End();
            Volatile.Write(ref _wasInterrupted, 1);
            context.Wake();
        }
    }

    private void Resume()
    {
        if (_session is not { IsOurs: false } session)
        {
            return;
        }

        try
        {
            session.Begin();
            _events.Resume();
        }
        catch (IOException exception)
        {
            _events.End(exception.Message);
        }

        (_next, _end, _repeats, _isKeyTold) = (0, 0, 0, false);
        _painter.Forget();
        _context!.SetInterest(PollEvents.Readable);
        _context.Wake();
    }

    (int Columns, int Rows) ITerminalInput.Size() => _session!.Size();

    bool ITerminalInput.EmitTyped(SourceContext context)
    {
        ConsoleSession session = _session!;
        while (!_events.HasNews && !_events.IsGone && (_next < _end || ReadRecords(session, context)))
        {
            if (EmitRecord(session, context, in _records[_next]))
            {
                return true;
            }

            (_next, _repeats, _isKeyTold) = (_next + 1, 0, false);
        }

        return false;
    }

    private bool ReadRecords(ConsoleSession session, SourceContext context)
    {
        _next = 0;
        if (!session.TryRead(_records, out _end))
        {
            _events.End("its window was closed, or the connection to it broke");
        }

        context.CountBytes(_end * sizeof(ConsoleAbi.InputRecord));
        return _end > 0;
    }

    // The next event of a record; false: there is no more, and the next record's turn.
    private bool EmitRecord(ConsoleSession session, SourceContext context, in ConsoleAbi.InputRecord record)
    {
        switch (record.Type)
        {
            case ConsoleAbi.KeyRecord:
                return EmitKey(context, in record.Key);
            case ConsoleAbi.MouseRecord:
                return EmitMouse(session, context, in record.Mouse);
            case ConsoleAbi.SizeRecord:
                _events.AskSize();
                return false;
            case ConsoleAbi.FocusRecord when record.HasFocus == 0:
                _events.LoseFocus(Options.Focus);
                return false;
            case ConsoleAbi.FocusRecord when Options.Focus && !_isKeyTold:
                _isKeyTold = true;
                context.Emit(new TerminalFocus(true));
                return true;
            default:
                return false;
        }
    }

    // A record is a key and then what it types, as often as it repeats.
    private bool EmitKey(SourceContext context, in ConsoleAbi.KeyEvent record)
    {
        while (true)
        {
            if (!_isKeyTold)
            {
                _isKeyTold = true;
                _repeats = _repeats == 0 ? Math.Max(1, (int)record.Repeats) : _repeats;
                if (TellKey(context, in record))
                {
                    return true;
                }
            }

            if (_repeats == 0)
            {
                return false;
            }

            _repeats--;
            char typed = ConsoleKeys.Text(in record);
            _isKeyTold = _repeats == 0;
            if (TellText(context, typed))
            {
                return true;
            }
        }
    }

    private bool TellKey(SourceContext context, in ConsoleAbi.KeyEvent record)
    {
        if (!ConsoleKeys.TryKey(in record, out TerminalKeyCode code, out Rune character))
        {
            return false;
        }

        bool isModifier = code is >= TerminalKeyCode.CapsLock and <= TerminalKeyCode.RightSuper;
        if (!Options.KeyReleases && (record.IsDown == 0 || isModifier))
        {
            return false;
        }

        var key = new TerminalKey(code, character, ConsoleKeys.Modifiers(record.State), HasRelease: Options.KeyReleases);
        if (Options.KeyReleases)
        {
            bool isHeld = _events.Held.Contains(in key);
            key = key with { Action = record.IsDown == 0 ? TerminalKeyAction.Release : isHeld ? TerminalKeyAction.Repeat : TerminalKeyAction.Press };
            if (record.IsDown == 0 && !isHeld)
            {
                return false; // it was pressed before this program was there
            }

            _events.Held.Take(in key);
        }

        context.Emit(in key);
        return true;
    }

    private bool TellText(SourceContext context, char typed)
    {
        if (typed == '\0')
        {
            return false;
        }

        if (char.IsHighSurrogate(typed))
        {
            _highSurrogate = typed;
            return false;
        }

        Rune text = Rune.ReplacementChar;
        if (char.IsLowSurrogate(typed))
        {
            _ = Rune.TryCreate(_highSurrogate, typed, out text);
        }
        else
        {
            text = new Rune(typed);
        }

        _highSurrogate = '\0';
        context.Emit(new TerminalText(text.Value == 0 ? Rune.ReplacementChar : text));
        return true;
    }

    private bool EmitMouse(ConsoleSession session, SourceContext context, in ConsoleAbi.MouseEvent record)
    {
        (int left, int top) = session.Origin();
        (int column, int row) = (Math.Clamp(record.At.Column - left, 0, Math.Max(0, Screen.Columns - 1)), Math.Clamp(record.At.Row - top, 0, Math.Max(0, Screen.Rows - 1)));
        TerminalModifiers modifiers = ConsoleKeys.Modifiers(record.State);
        if ((record.What & (ConsoleAbi.MouseWheel | ConsoleAbi.MouseSideWheel)) != 0)
        {
            if (_isKeyTold)
            {
                return false;
            }

            _isKeyTold = true;
            bool isForward = (int)record.Buttons > 0;
            TerminalMouseButton step = (record.What & ConsoleAbi.MouseWheel) != 0
                ? isForward ? TerminalMouseButton.WheelUp : TerminalMouseButton.WheelDown
                : isForward ? TerminalMouseButton.WheelRight : TerminalMouseButton.WheelLeft;
            context.Emit(new TerminalMouse(TerminalMouseAction.Press, step, column, row, modifiers));
            return true;
        }

        foreach ((uint bit, TerminalMouseButton button) in s_buttons)
        {
            if (((record.Buttons ^ _buttons) & bit) != 0)
            {
                _buttons ^= bit;
                _mouse = record.At;
                context.Emit(new TerminalMouse((_buttons & bit) != 0 ? TerminalMouseAction.Press : TerminalMouseAction.Release, button, column, row, modifiers));
                return true;
            }
        }

        bool isWanted = Options.Mouse == TerminalMouseMode.Motion || (Options.Mouse == TerminalMouseMode.Drag && _buttons != 0);
        if ((record.What & ConsoleAbi.MouseMoved) == 0 || !isWanted || (record.At.Column == _mouse.Column && record.At.Row == _mouse.Row))
        {
            return false;
        }

        _mouse = record.At;
        TerminalMouseButton held = TerminalMouseButton.None;
        foreach ((uint bit, TerminalMouseButton button) in s_buttons)
        {
            held = held == TerminalMouseButton.None && (_buttons & bit) != 0 ? button : held;
        }

        context.Emit(new TerminalMouse(TerminalMouseAction.Move, held, column, row, modifiers));
        return true;
    }
}
