using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Mainspring.Devices;

/// <summary>What all serial ports of this project have in common: the order of their events, framing, the write queue, and everything that waits. Their devices differ.</summary>
public abstract partial class SerialPortBase : ISerialPort
{
    private readonly SerialFramer? _framer;
    private readonly MarkDecoder? _marks;
    private readonly QueuedWriter _writer;
    private readonly List<SerialWait> _draining = [];
    private readonly Action<SerialWait, Exception> _giveUpDrain;
    private SourceContext? _context;
    private SourceContext? _opening;   // of an attach that waits until the last use is closed
    private byte[] _buffer = [];
    private int _start;            // of the data that the framer has not seen
    private int _end;
    private int _rawStart;         // of what was read and is not told apart from marks
    private int _rawEnd;
    private SerialMark _mark;      // comes after the data
    private byte _markValue;
    private bool _isFraming;       // the framer may have more
    private bool _isDispatching;
    private bool _isAnnounced;     // SerialConnected was emitted
    private bool _isBreaking;
    private string? _goneBecause;  // nothing more can be read
    private TimerHandle _drainTimer;
    private TimerHandle _statusTimer;
    private ModemLines _lines;
    private SerialDeviceCounts _counts;          // of the device, at the last look
    private SerialDeviceCounts _countsAtAttach;
    private SerialDeviceCounts _countsBefore;    // of the times that it was attached before
    private long _lineChanges;
    private long _breaks;
    private long _wrongCharacters;
    private long _markedBreaks;                  // of the device's counts, those that were emitted
    private long _markedWrong;
    private long _droppedMessages;

    internal SerialPortBase(string device, SerialOptions options, bool hasMarks, PollEvents leastInterest = PollEvents.None)
    {
        ArgumentException.ThrowIfNullOrEmpty(device);
        ArgumentNullException.ThrowIfNull(options);
        Device = device;
        Options = options;
        Name = $"serial:{device}";
        _framer = options.Framing?.CreateFramer();
        _marks = hasMarks && options.MarkErrors ? new MarkDecoder() : null;
        _writer = new QueuedWriter(() => Device, options.WriteQueueSize, WriteDevice) { LeastInterest = leastInterest };
        _giveUpDrain = GiveUpDrain;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <inheritdoc/>
    public SerialOptions Options { get; }

    /// <inheritdoc/>
    public bool IsOpen => _context is not null;

    /// <inheritdoc/>
    public int QueuedBytes => _writer.QueuedBytes;

    /// <inheritdoc/>
    public long WrittenBytes => _writer.WrittenBytes;

    /// <inheritdoc/>
    public long DroppedBytes => _writer.DroppedBytes;

    /// <inheritdoc/>
    public bool IsReading
    {
        get => _writer.IsReading;
        set
        {
            _writer.IsReading = value;
            ReadingChanged(value);
            if (value)
            {
                _context?.Wake(); // for what a device without a descriptor holds
            }
        }
    }

    /// <inheritdoc/>
    public SerialCounters Errors
    {
        get
        {
            SerialDeviceCounts now = _countsBefore;
            if (IsOpen && TryReadCounts(out SerialDeviceCounts counts, out _))
            {
                now += counts - _countsAtAttach;
            }

            return new SerialCounters(_breaks, _wrongCharacters, _droppedMessages, now);
        }
    }

    /// <inheritdoc/>
    public ModemLines ModemLines
    {
        get
        {
            ThrowIfClosed();
            return TryReadLines(out ModemLines lines) ? lines : throw NoLines();
        }
    }

    internal PollEvents DeviceInterest => _writer.Interest;

    internal SourceContext? Context => _context;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The port is attached already.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_context is not null || _opening is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a port serves one loop.");
        }

        if (!IsClosing)
        {
            Open(context);
            return;
        }

        _opening = context;
        WakeWhenClosed(context);
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_opening is { } opening)
        {
            if (IsClosing)
            {
                return 0;
            }

            _opening = null;
            try
            {
                Open(opening);
            }
            catch (IOException exception)
            {
                opening.Warn($"could not be opened when it was closed: {exception.Message}");
                opening.Disconnected();
                return 0;
            }
        }

        (SourceContext? context, byte[] buffer) = (_context, _buffer);
        if (context is null)
        {
            return 0;
        }

        _isDispatching = true;
        ready = Ready(ready);
        int handled = 0;
        try
        {
            if ((ready & PollEvents.Writable) != 0)
            {
                _writer.WriteQueued();
                if (_draining.Count > 0 && _writer.IsEmpty)
                {
                    CheckDrained();
                }
            }

            // A handler may remove the source, and even add it again.
            bool mayRead = true;
            while (handled < maxEvents && ReferenceEquals(_context, context) && EmitNext(ready, context, ref mayRead))
            {
                handled++;
            }
        }
        finally
        {
            _isDispatching = false;
            if (!ReferenceEquals(_buffer, buffer))
            {
                ArrayPool<byte>.Shared.Return(buffer); // Detach has left it to us: a handler was reading it
            }
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _opening = null;
        if (_context is null)
        {
            return;
        }

        if (!_isDispatching)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _countsBefore = TryReadCounts(out SerialDeviceCounts counts, out _) ? _countsBefore + (counts - _countsAtAttach) : _countsBefore + (_counts - _countsAtAttach);
        _context = null;
        _buffer = [];
        _framer?.Reset();
        _statusTimer.Cancel();
        _drainTimer.Cancel();
        _writer.Close();
        EndDrains(static port => ExceptionDispatchInfo.SetCurrentStackTrace(new IOException($"{port.Device}: the port was closed before all was sent.")));
        CloseDevice();
    }

    /// <inheritdoc/>
    public void Discard(SerialBuffers buffers)
    {
        ThrowIfClosed();
        DiscardDevice(buffers);
        if (buffers.HasFlag(SerialBuffers.Input))
        {
            _start = _end = _rawStart = _rawEnd = 0;
            (_mark, _isFraming) = (SerialMark.None, false);
            _marks?.Reset();
            _droppedMessages += _framer?.Reset() > 0 ? 1 : 0;
        }

        if (buffers.HasFlag(SerialBuffers.Output))
        {
            _writer.Discard();
            _context!.Wake();
            CheckDrained();
        }
    }

    /// <inheritdoc/>
    public void SetModemLines(ModemLines on, ModemLines off)
    {
        if (((on | off) & ~ModemLines.Outputs) is var inputs and not ModemLines.None)
        {
            throw new ArgumentException($"{Device}: {inputs} cannot be set; DTR and RTS are the outputs.", nameof(on));
        }

        ThrowIfClosed();
        WriteLines(on, off & ~on);
    }

    /// <summary>What the device is ready for; one without a descriptor knows better than the poller.</summary>
    internal virtual PollEvents Ready(PollEvents reported) => reported;

    /// <summary><see cref="IsReading"/> was set; a device that is not in the loop's wait may read on its own.</summary>
    internal virtual void ReadingChanged(bool isReading)
    {
    }

    /// <summary>Whether the last use is not yet closed, and so the device cannot be opened: nothing waits for that on the loop's thread.</summary>
    internal virtual bool IsClosing => false;

    /// <summary>Wakes a context when the last use is closed.</summary>
    internal virtual void WakeWhenClosed(SourceContext context)
    {
    }

    /// <summary>Bytes that <see cref="WriteDevice"/> has taken were broken off.</summary>
    internal void TakeBack(int bytes) => _writer.TakeBack(bytes);

    /// <summary>Opens the device.</summary>
    /// <exception cref="IOException">It is not there or refuses.</exception>
    internal abstract void OpenDevice();

    /// <summary>Closes the device.</summary>
    internal abstract void CloseDevice();

    /// <summary>Reads what is there now. With marks, as a terminal with PARMRK gives it.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="gone">Why nothing will come any more; null when something may.</param>
    internal abstract int ReadDevice(Span<byte> buffer, out string? gone);

    /// <summary>Writes what the device takes now.</summary>
    internal abstract int WriteDevice(ReadOnlySpan<byte> bytes, out bool isBroken);

    /// <summary>Why a device that takes nothing any more, or has hung up, has gone.</summary>
    internal abstract string GoneReason { get; }

    /// <summary>Bytes that the device has taken and not sent.</summary>
    internal abstract int UnsentBytes { get; }

    /// <summary>Throws away what the device holds.</summary>
    internal abstract void DiscardDevice(SerialBuffers buffers);

    /// <summary>Reads the modem lines; false when there are none.</summary>
    internal abstract bool TryReadLines(out ModemLines lines);

    /// <summary>Sets output lines.</summary>
    internal abstract void WriteLines(ModemLines on, ModemLines off);

    /// <summary>Begins or ends a break.</summary>
    internal abstract void SetBreak(bool isOn);

    /// <summary>Reads the driver's counters; false when it does not count.</summary>
    /// <param name="counts">Since whenever it counts.</param>
    /// <param name="lineChanges">How often CTS, DSR, RI and DCD have changed: 16 bits each, from the lowest.</param>
    internal abstract bool TryReadCounts(out SerialDeviceCounts counts, out long lineChanges);

    private void Open(SourceContext context)
    {
        OpenDevice();
        if (Options.StatusPeriod is not null && !TryReadLines(out _lines))
        {
            CloseDevice();
            throw NoLines();
        }

        _context = context;
        _buffer = ArrayPool<byte>.Shared.Rent(Options.ReadBufferSize);
        _start = _end = _rawStart = _rawEnd = 0;
        (_mark, _isFraming, _isAnnounced, _goneBecause) = (SerialMark.None, false, false, null);
        _marks?.Reset();
        _ = TryReadCounts(out _countsAtAttach, out _lineChanges);
        _counts = _countsAtAttach;
        _markedBreaks = _counts.Breaks;
        _markedWrong = _counts.FramingErrors + _counts.ParityErrors;
        _writer.Open();
        _writer.Watch(context);
        if (Options.StatusPeriod is { } period)
        {
            _statusTimer = context.Loop.CallEvery(period, static port => port.CheckStatus(isFirst: false), this, $"{Name} status");
            _statusTimer.Unref();
        }

        context.Wake(); // for SerialConnected, when the first handlers have been added
    }

    private void ThrowIfClosed()
    {
        if (_context is null)
        {
            throw NotOpen();
        }
    }

    private IOException NotOpen() => new($"{Device}: the port is not open; wait for SerialConnected.");

    private IOException NoLines() => new($"{Device}: has no modem lines (a pseudo-terminal has none); leave them and SerialOptions.StatusPeriod alone here.");
}
