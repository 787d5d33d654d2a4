using System.Buffers;
using System.Runtime.ExceptionServices;

namespace Mainspring.Devices;

/// <summary>What all serial ports of this project have in common: the order of their events, framing, the write queue, and everything that waits. Their devices differ.</summary>
public abstract class SerialPortBase : ISerialPort
{
    private static readonly TimeSpan s_leastDrainWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestDrainWait = TimeSpan.FromMilliseconds(50);

    private static readonly ModemLines[] s_countedLines = [ModemLines.Cts, ModemLines.Dsr, ModemLines.Ri, ModemLines.Dcd]; // in the order of TryReadCounts

    private readonly SerialFramer? _framer;
    private readonly MarkDecoder? _marks;
    private readonly QueuedWriter _writer;
    private readonly List<SerialWait> _draining = [];
    private readonly Action<SerialWait, Exception> _giveUpDrain;
    private SourceContext? _context;
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

    internal SerialPortBase(string device, SerialOptions options, bool hasMarks)
    {
        ArgumentException.ThrowIfNullOrEmpty(device);
        ArgumentNullException.ThrowIfNull(options);
        Device = device;
        Options = options;
        Name = $"serial:{device}";
        _framer = options.Framing?.CreateFramer();
        _marks = hasMarks && options.MarkErrors ? new MarkDecoder() : null;
        _writer = new QueuedWriter(() => Device, options.WriteQueueSize, WriteDevice);
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
        if (_context is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a port serves one loop.");
        }

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

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
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
    public bool TryWrite(ReadOnlySpan<byte> bytes) => _writer.TryWrite(bytes);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default) => _writer.WriteAsync(bytes, null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout, CancellationToken cancellationToken = default) => _writer.WriteAsync(bytes, timeout, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DrainAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_context is not { } context)
        {
            return ValueTask.FromException(NotOpen());
        }

        if (IsDrained)
        {
            return default;
        }

        var wait = new SerialWait(context.Loop, default, _giveUpDrain, timeout, cancellationToken);
        _draining.Add(wait);
        CheckDrained();
        return wait.Task;
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

    /// <inheritdoc/>
    public async ValueTask SendBreakAsync(TimeSpan duration, CancellationToken cancellationToken = default)
    {
        if (_isBreaking)
        {
            throw new InvalidOperationException($"{Device}: a break is being sent already.");
        }

        SourceContext context = _context ?? throw NotOpen();
        _isBreaking = true;
        bool isOn = false;
        try
        {
            // What is written from now on waits for the end of the break.
            long before = WrittenBytes + DroppedBytes + QueuedBytes;
            while (WrittenBytes + DroppedBytes < before)
            {
                await context.Loop.Delay(SendingTime(QueuedBytes), cancellationToken);
                ThrowIfNoLonger(context);
            }

            _writer.IsHeld = true;
            while (UnsentBytes is var unsent and > 0)
            {
                await context.Loop.Delay(SendingTime(unsent), cancellationToken);
                ThrowIfNoLonger(context);
            }

            SetBreak(isOn: true);
            isOn = true;
            await context.Loop.Delay(duration, cancellationToken);
            ThrowIfNoLonger(context);
        }
        finally
        {
            _isBreaking = false;
            if (ReferenceEquals(_context, context))
            {
                _writer.IsHeld = false;
                context.Wake(); // a device without a descriptor is asked for nothing else
                if (isOn)
                {
                    SetBreak(isOn: false);
                }
            }
        }
    }

    /// <summary>What the device is ready for; one without a descriptor knows better than the poller.</summary>
    internal virtual PollEvents Ready(PollEvents reported) => reported;

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

    private bool IsDrained => _writer.IsEmpty && UnsentBytes == 0;

    // Emits one event, or says that there is none now. In this order: connected, the messages of what was read, its mark, what is read next, the end.
    private bool EmitNext(PollEvents ready, SourceContext context, ref bool mayRead)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            context.Emit(new SerialConnected(Device));
            if (ReferenceEquals(_context, context) && Options.StatusPeriod is not null)
            {
                CheckStatus(isFirst: true);
            }

            return true;
        }

        if (_isFraming && EmitMessage(context))
        {
            return true;
        }

        if (_mark != SerialMark.None)
        {
            EmitMark(context);
            return true;
        }

        if (_rawStart < _rawEnd && EmitDecoded(context))
        {
            return true;
        }

        if (_goneBecause is null && mayRead && EmitData(ready, context, ref mayRead))
        {
            return true;
        }

        if (_goneBecause is null)
        {
            return false;
        }

        if (_framer is { PendingBytes: > 0 })
        {
            _droppedMessages++;
            long length = _framer.Reset();
            if (_framer is LineFramer)
            {
                context.Emit(new SerialLineIncomplete(length));
            }
            else
            {
                context.Emit(new SerialMessageDropped(FramedKind.None, length));
            }

            return true;
        }

        context.Emit(new SerialDisconnected(Device, _goneBecause));
        context.Disconnected();
        mayRead = false;
        _goneBecause = null;
        return true;
    }

    private bool EmitMessage(SourceContext context)
    {
        ReadOnlySpan<byte> input = _buffer.AsSpan(_start, _end - _start);
        FramedKind kind = _framer!.Read(ref input, out ReadOnlySpan<byte> message, out long length);
        _start = _end - input.Length;
        bool isLine = _framer is LineFramer;
        switch (kind)
        {
            case FramedKind.None:
                _isFraming = false;
                return false;
            case FramedKind.Message when isLine:
                context.Emit(new SerialLine(message));
                return true;
            case FramedKind.Message:
                context.Emit(new SerialMessage(message));
                return true;
            case FramedKind.TooLong when isLine:
                _droppedMessages++;
                context.Emit(new SerialLineTooLong(length));
                return true;
            default:
                _droppedMessages++;
                context.Emit(new SerialMessageDropped(kind, length));
                return true;
        }
    }

    private void EmitMark(SourceContext context)
    {
        SerialMark mark = _mark;
        _mark = SerialMark.None;
        if (TryReadCounts(out SerialDeviceCounts counts, out _))
        {
            // A wrong zero looks like a break. The driver has counted which of both it was.
            if (mark == SerialMark.Break && counts.Breaks <= _markedBreaks && counts.FramingErrors + counts.ParityErrors > _markedWrong)
            {
                mark = SerialMark.WrongCharacter;
            }

            _markedBreaks += mark == SerialMark.Break ? 1 : 0;
            _markedWrong += mark == SerialMark.WrongCharacter ? 1 : 0;
        }

        if (mark == SerialMark.Break)
        {
            _framer?.AddBreak();
            context.Emit(new SerialBreak(++_breaks));
        }
        else
        {
            _framer?.AddWrongCharacter();
            context.Emit(new SerialCharacterError(_markValue, ++_wrongCharacters));
        }
    }

    private bool EmitData(PollEvents ready, SourceContext context, ref bool mayRead)
    {
        bool isFailing = (ready & (PollEvents.HangUp | PollEvents.Error)) != 0 || _writer.IsBroken;
        if (!IsReading && !isFailing)
        {
            return false;
        }

        int count = ReadDevice(_buffer.AsSpan(0, Options.ReadBufferSize), out string? gone);
        if (count > 0)
        {
            // A full buffer, or a device that is going: there may be more. Otherwise the poller tells, and a read for nothing is saved.
            mayRead = count == Options.ReadBufferSize || isFailing;
            (_rawStart, _rawEnd) = (0, count);
            return EmitDecoded(context);
        }

        mayRead = false;
        _goneBecause = gone ?? (isFailing ? GoneReason : null);
        return false;
    }

    // The data up to the next mark; only a mark when there are none before it.
    private bool EmitDecoded(SourceContext context)
    {
        _start = _rawStart;
        if (_marks is null)
        {
            (_end, _rawStart) = (_rawEnd, _rawEnd);
        }
        else
        {
            _end = _start + _marks.Next(_buffer.AsSpan(_rawStart, _rawEnd - _rawStart), out int consumed, out _mark, out _markValue);
            _rawStart += consumed;
        }

        if (_start == _end)
        {
            if (_mark == SerialMark.None)
            {
                return false; // the beginning of a mark
            }

            EmitMark(context);
            return true;
        }

        _isFraming = _framer is not null;
        context.CountBytes(_end - _start);
        context.Emit(new SerialData(_buffer.AsSpan(_start, _end - _start)));
        return true;
    }

    private void CheckStatus(bool isFirst)
    {
        if (_context is not { } context || !TryReadLines(out ModemLines lines))
        {
            return; // it is going: the poller says so
        }

        _ = TryReadCounts(out SerialDeviceCounts counts, out long changes);
        ModemLines changed = (lines ^ _lines) & ModemLines.Inputs;
        ModemLines[] counted = s_countedLines;
        for (int i = 0; i < counted.Length; i++)
        {
            changed |= (ushort)(changes >> (16 * i)) != (ushort)(_lineChanges >> (16 * i)) ? counted[i] : ModemLines.None;
        }

        long lost = counts.Overruns - _counts.Overruns + (counts.BufferOverruns - _counts.BufferOverruns);
        (_lines, _lineChanges, _counts) = (lines, changes, counts);
        if (isFirst || changed != ModemLines.None)
        {
            context.Emit(new SerialModemLinesChanged(lines, isFirst ? ModemLines.None : changed));
        }

        if (lost > 0)
        {
            context.Lost(lost);
        }
    }

    private void CheckDrained()
    {
        if (_draining.Count == 0 || _context is not { } context || !_writer.IsEmpty)
        {
            return; // when the queue is empty, it is looked again
        }

        int unsent = UnsentBytes;
        if (unsent == 0)
        {
            EndDrains(static _ => null);
            return;
        }

        _drainTimer.Cancel();
        _drainTimer = context.Loop.CallLater(SendingTime(unsent), static port => port.CheckDrained(), this, $"{Name} drain");
    }

    // About how long the line needs, within bounds: it may be held back, or faster than it says.
    private TimeSpan SendingTime(int bytes)
    {
        var time = TimeSpan.FromSeconds(bytes * 10.0 / Options.BaudRate);
        return time < s_leastDrainWait ? s_leastDrainWait : time > s_longestDrainWait ? s_longestDrainWait : time;
    }

    private void ThrowIfNoLonger(SourceContext context)
    {
        if (!ReferenceEquals(_context, context))
        {
            throw new IOException($"{Device}: the port was closed within the break, or before it.");
        }
    }

    private void EndDrains(Func<SerialPortBase, Exception?> result)
    {
        _drainTimer.Cancel();
        foreach (SerialWait wait in _draining)
        {
            wait.Complete(result(this));
        }

        _draining.Clear();
    }

    private void GiveUpDrain(SerialWait wait, Exception reason)
    {
        if (_draining.Remove(wait))
        {
            int left = _writer.QueuedBytes + (IsOpen ? UnsentBytes : 0);
            wait.Complete(reason is TimeoutException ? new TimeoutException($"{Device}: {left} bytes could not be sent in time; is the other side holding the line back?") : reason);
            if (_draining.Count == 0)
            {
                _drainTimer.Cancel();
            }
        }
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
