using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux;

/// <summary>
/// The terminal that the program was started in, or another one: a descriptor in the loop's one wait, in raw mode, and a screen to draw on. While nobody types it costs nothing; per event and per
/// frame it allocates nothing.
/// </summary>
/// <remarks>
/// <para>It is given back as it was when the source is detached, removed or disposed, when the process ends in an orderly way or by an unhandled exception, and when SIGINT, SIGTERM, SIGHUP or SIGQUIT ends it.
/// On Ctrl-Z it is given back before the process stops, and taken again when it goes on (<see cref="TerminalResumed"/>). Only SIGKILL and a crash of the process itself leave it in raw mode: <c>reset</c> repairs that.</para>
/// <para>A program that handles SIGINT or SIGTERM itself (<see cref="PosixSignalRegistration"/> with Cancel) keeps the terminal until it ends in its own way where its
/// handler is asked before the terminal's: .NET 10 asks the newest first, .NET 9 the oldest. One that is asked later finds the terminal given back, and the loop takes it again after 200 ms.</para>
/// <para>When the terminal goes away, <see cref="TerminalDisconnected"/> comes. With <see cref="RetryPolicy.Never"/> the loop does not try to open it again: usually nobody is there any more.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class LinuxTerminal : ITerminal, IPollableSource, ITerminalInput, IDisposable
{
    private const int ReadSize = 1024;
    private const int MaxModes = 192;

    // Between a signal that may end the process, or a program that is started in the background, and the next try to take the terminal.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(200);

    private readonly string _device;
    private readonly TerminalDecoder _decoder = new();
    private readonly TerminalPainter _painter;
    private readonly TerminalEvents _events;
    private readonly ByteRing _modes = new(MaxModes); // what the terminal is told between two frames
    private readonly byte[] _input = new byte[ReadSize];
    private readonly Action<int> _raise;
    private int _next;            // of the input that was read and not yet taken
    private int _end;
    private int _sent;            // of the frame
    private TerminalSession? _session;
    private TerminalSignals? _signals;
    private SourceContext? _context;
    private TimerHandle _escapeTimer;
    private TimerHandle _resumeTimer;
    private PollEvents _ready;    // in this turn
    private bool _mayRead;        // more of it
    private bool _isEscapeOver;   // what was begun is not continued
    private bool _isWriteWatched;
    private bool _isDisposed;

    /// <summary>The terminal that the program was started in (/dev/tty); it is opened when it is added to a loop.</summary>
    /// <param name="options">How it is used; null takes the defaults.</param>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public LinuxTerminal(TerminalOptions? options = null)
        : this(TerminalDevice.Controlling, options)
    {
    }

    /// <summary>A terminal by its path, such as that of a pseudo-terminal.</summary>
    /// <param name="device">The path; it is looked up anew for every open.</param>
    /// <param name="options">How it is used; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The path is empty, or a time-out is less than 1 ms.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public LinuxTerminal(string device, TerminalOptions? options = null)
        : this(device, options, TerminalSignals.Raise)
    {
    }

    internal LinuxTerminal(string device, TerminalOptions? options, Action<int> raise)
    {
        ArgumentException.ThrowIfNullOrEmpty(device);
        Options = options ?? new TerminalOptions();
        ArgumentOutOfRangeException.ThrowIfLessThan(Options.EscapeTimeout, TimeSpan.FromMilliseconds(1), nameof(options));
        LinuxOnly.Check(device, nameof(LinuxTerminal), "on Windows use WindowsTerminal, elsewhere windows (Mainspring.Devices.Glfw)");

        _device = device;
        _raise = raise;
        Name = $"terminal:{device}";
        Colors = Options.Colors ?? TerminalEnvironment.Colors();
        IsUtf8 = TerminalEnvironment.IsUtf8();
        _painter = new TerminalPainter(Colors);
        _events = new TerminalEvents(Screen, _painter, this);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public TerminalOptions Options { get; }

    /// <inheritdoc/>
    public bool IsOpen => _session?.IsOurs == true;

    /// <inheritdoc/>
    public bool KeysHaveReleases { get; private set; }

    /// <inheritdoc/>
    public TerminalColorDepth Colors { get; }

    /// <inheritdoc/>
    public bool IsUtf8 { get; }

    /// <inheritdoc/>
    public TerminalScreen Screen { get; } = new();

    /// <inheritdoc/>
    public long DroppedFrames { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The terminal is not attached.</exception>
    public SafeHandle Handle => _session?.File ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable | (IsSending ? PollEvents.Writable : PollEvents.None);

    bool ITerminalInput.IsOurs => IsOpen;

    private bool IsSending => _modes.Count > 0 || _sent < _painter.Bytes.Length;

    /// <summary>Whether the program was started in a terminal. False under a service manager, in a container without one, or in a pipeline of such.</summary>
    public static bool IsAvailable
    {
        get
        {
            if (!OperatingSystem.IsLinux() || TerminalEnvironment.IsDumb)
            {
                return false;
            }

            try
            {
                TerminalDevice.Open(TerminalDevice.Controlling).Dispose();
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The terminal is attached already.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_session is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a terminal serves one loop.");
        }

        if (_device == TerminalDevice.Controlling && TerminalEnvironment.IsDumb)
        {
            throw TerminalErrors.Dumb(_device, TerminalEnvironment.Type);
        }

        var session = new TerminalSession(TerminalDevice.Open(_device), Options);
        Errno error = session.Begin();
        if (error != Errno.None)
        {
            session.Dispose();
            throw TerminalErrors.Opening(_device, error);
        }

        (_session, _context) = (session, context);
        _signals = new TerminalSignals(session, context);
        (_next, _end) = (0, 0);
        _events.Begin();
        BeginModes();
        _isWriteWatched = IsSending; // Interest is read after this
        context.Wake(); // for TerminalConnected, when the first handlers have been added
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_session is not { } session)
        {
            return 0;
        }

        Hear(_signals!.Take(), session);
        if ((ready & PollEvents.Writable) != 0)
        {
            Send();
        }

        // A handler may remove the source, and even add it again.
        int handled = 0;
        (_ready, _mayRead) = (ready, true);
        while (handled < maxEvents && ReferenceEquals(_session, session) && _events.EmitNext(_context!))
        {
            handled++;
        }

        if (handled < maxEvents && ReferenceEquals(_session, session))
        {
            WatchEscape();
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        (TerminalSession? session, TerminalSignals? signals) = (_session, _signals);
        (_session, _signals, _context) = (null, null, null);
        _escapeTimer.Cancel();
        _resumeTimer.Cancel();
        signals?.Dispose();
        session?.Dispose();
        KeysHaveReleases = false;
    }

    /// <inheritdoc/>
    public bool TryPresent()
    {
        if (_session is not { IsOurs: true })
        {
            return false;
        }

        if (IsSending)
        {
            Send(); // it may take more by now
            if (IsSending)
            {
                DroppedFrames++;
                return false;
            }
        }

        _painter.Paint(Screen);
        _sent = 0;
        Send();
        return true;
    }

    /// <summary>Gives the terminal back and stops the program, as Ctrl-Z does with <see cref="TerminalOptions.ControlKeysAreSignals"/>; it goes on when the user continues it.</summary>
    public void Suspend() => _raise(TerminalAbi.TerminalStop);

    /// <summary>Gives the terminal back, for good. A loop that still has it is to remove it first.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        Detach();
    }

    (int Columns, int Rows) ITerminalInput.Size() => TerminalDevice.Size(_session!.File);

    bool ITerminalInput.EmitTyped(SourceContext context)
    {
        while (!_events.HasNews && Decode(_session!, context))
        {
            if (EmitItem(context))
            {
                return true;
            }
        }

        return false;
    }

    // Finds the next item in what was read, and reads more when that is used up.
    private bool Decode(TerminalSession session, SourceContext context)
    {
        while (true)
        {
            ReadOnlySpan<byte> input = _input.AsSpan(_next, _end - _next);
            bool isFound = _decoder.Next(ref input);
            _next = _end - input.Length;
            if (isFound)
            {
                return true;
            }

            if (_events.IsGone || !_mayRead)
            {
                return (_events.IsGone || (_isEscapeOver && _end == 0)) && _decoder.NextAfterTimeout(); // nothing completes it any more
            }

            (_next, _end) = (0, Descriptor.Read(session.File, _input, out Errno error));
            _mayRead = _end == ReadSize;
            context.CountBytes(_end);
            if (_end > 0)
            {
                _escapeTimer.Cancel();
                _isEscapeOver = false;
            }
            else if (error != Errno.Again || (_ready & (PollEvents.HangUp | PollEvents.Error)) != 0)
            {
                _events.End(TerminalErrors.Gone(error == Errno.Again ? Errno.None : error));
            }
            else
            {
                return _isEscapeOver && _decoder.NextAfterTimeout();
            }
        }
    }

    // False: it is no event.
    private bool EmitItem(SourceContext context)
    {
        switch (_decoder.Item)
        {
            case TerminalItem.Key:
                return EmitKey(context, _decoder.Key with { HasRelease = KeysHaveReleases });
            case TerminalItem.Text:
                context.Emit(new TerminalText(_decoder.Text));
                return true;
            case TerminalItem.Mouse:
                context.Emit(_decoder.Mouse);
                return true;
            case TerminalItem.Focus when !_decoder.HasFocus:
                _events.LoseFocus(isTold: true);
                return false;
            case TerminalItem.Focus:
                context.Emit(new TerminalFocus(true));
                return true;
            case TerminalItem.KeyProtocol:
                TakeReleases();
                return false;
            case TerminalItem.Unknown:
                context.Emit(new TerminalUnknown(_decoder.Bytes));
                return true;
            default:
                context.Emit(new TerminalPaste(_decoder.Bytes, isEnd: _decoder.Item == TerminalItem.PasteEnd));
                return true;
        }
    }

    private bool EmitKey(SourceContext context, TerminalKey key)
    {
        if (Options.ControlKeysAreSignals && KeysHaveReleases && key is { Code: TerminalKeyCode.Character, Modifiers: TerminalModifiers.Control } && SignalOf(key.Character.Value) is var signal and not 0)
        {
            // With the protocol the terminal sends these as keys, and the kernel does not see what they are.
            if (key.Action == TerminalKeyAction.Press)
            {
                _raise(signal);
            }

            return false;
        }

        if (KeysHaveReleases)
        {
            _events.Held.Take(in key);
        }

        context.Emit(in key);
        return true;
    }

    private static int SignalOf(int character) => character switch
    {
        'c' => TerminalAbi.Interrupt,
        'z' => TerminalAbi.TerminalStop,
        '\\' => TerminalAbi.Quit,
        _ => 0,
    };

    // The terminal has answered that it knows the protocol.
    private void TakeReleases()
    {
        if (!KeysHaveReleases && Options.KeyReleases && _modes.Room >= TerminalModes.KeyReleases.Length)
        {
            KeysHaveReleases = true;
            _modes.Add(TerminalModes.KeyReleases);
            Send();
        }
    }

    private void Hear(TerminalNews news, TerminalSession session)
    {
        if (news == TerminalNews.None)
        {
            return;
        }

        if ((news & TerminalNews.Resized) != 0)
        {
            _events.AskSize();
        }

        if ((news & TerminalNews.Continued) != 0)
        {
            session.End(); // when it was stopped without a word, its shell may have changed the terminal
            if (TerminalDevice.IsForeground(session.File))
            {
                Resume();
                return;
            }
        }

        if ((news & (TerminalNews.Stopped | TerminalNews.Ended | TerminalNews.Continued)) != 0)
        {
            GiveUpOutput();
            _context!.SetInterest(PollEvents.None);
            _resumeTimer.Cancel();
        }

        if ((news & (TerminalNews.Ended | TerminalNews.Continued)) != 0)
        {
            // The process may be about to end, or in the background, where taking the terminal stops it until the user brings it back: it may have to end first.
            _resumeTimer = _context!.Loop.CallLater(s_patience, static terminal => terminal.Resume(), this);
        }
    }

    private void GiveUpOutput()
    {
        _modes.Remove(_modes.Count);
        _sent = _painter.Bytes.Length;
        _painter.Forget();
    }

    // Takes the terminal again, and tells it anew what it has to know.
    private void Resume()
    {
        _resumeTimer.Cancel();
        if (_session is not { } session || session.IsOurs)
        {
            return;
        }

        Errno error = session.Begin();
        if (error == Errno.None)
        {
            _events.Resume();
        }
        else
        {
            _events.End(TerminalErrors.Gone(error));
        }

        (_next, _end, KeysHaveReleases) = (0, 0, false);
        BeginModes();
        _isWriteWatched = IsSending;
        _context!.SetInterest(Interest);
        _context.Wake();
    }

    private void BeginModes()
    {
        Span<byte> modes = stackalloc byte[MaxModes];
        GiveUpOutput();
        _decoder.Reset();
        _isEscapeOver = false;
        _modes.Add(modes[..TerminalModes.Begin(Options, modes)]);
        Write();
    }

    // Sends what the terminal takes now; the rest follows when it takes more.
    private void Send()
    {
        Write();
        if (IsSending != _isWriteWatched)
        {
            _isWriteWatched = IsSending;
            _context?.SetInterest(Interest);
        }
    }

    // The rest of a frame goes first: what is told between two must not stand in the midst of a sequence.
    private void Write()
    {
        if (_session is not { } session)
        {
            return;
        }

        Errno error = Errno.None;
        if (_sent < _painter.Bytes.Length)
        {
            _sent += session.Write(_painter.Bytes[_sent..], out error);
        }

        if (_sent == _painter.Bytes.Length && _modes.Count > 0 && error == Errno.None)
        {
            _modes.Remove(session.Write(_modes.First, out error, hasReleases: KeysHaveReleases));
        }

        if (error != Errno.None && error != Errno.Again)
        {
            GiveUpOutput(); // it is gone; reading says so, and why
        }
    }

    private void WatchEscape()
    {
        if (!_decoder.IsPending || _isEscapeOver)
        {
            _isEscapeOver = false;
        }
        else if (!_escapeTimer.IsPending)
        {
            _escapeTimer = _context!.Loop.CallLater(Options.EscapeTimeout, static terminal => terminal.EndEscape(), this);
        }
    }

    // What came meanwhile is read first: only a loop that was late may find that.
    private void EndEscape()
    {
        _isEscapeOver = true;
        _context?.Wake();
    }
}
