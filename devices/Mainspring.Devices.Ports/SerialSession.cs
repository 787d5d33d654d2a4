using System.IO.Ports;

namespace Mainspring.Devices.Ports;

/// <summary>
/// A port of the package from its opening to its closing: the thread that waits for input, the bounded buffers between it and the loop, and the writes. What the loop calls never waits for the device.
/// </summary>
internal sealed class SerialSession : IThreadPoolWorkItem
{
    private const int LeastInput = 65536;
    private const int OutputSize = 4096;

    // The package tells of a hang-up only who reads or writes. Who does neither asks for it.
    private static readonly TimeSpan s_askPeriod = TimeSpan.FromMilliseconds(50);

    private readonly object _gate = new(); // over the fields below, and over beginning a read or a write, so that none begins when closing has
    private readonly SerialPortSource _owner;
    private readonly SerialPort _port;
    private readonly Stream _stream;
    private readonly ByteRing _input;
    private readonly byte[] _read;
    private readonly ByteRing _output = new(OutputSize);
    private readonly byte[] _sending = new byte[OutputSize];
    private readonly Action _whenWritten;
    private SourceContext? _context;
    private SourceContext? _waiting; // for the end: is woken then
    private Task? _write;
    private Task _breaks = Task.CompletedTask;
    private Exception? _readFailure;
    private Exception? _writeFailure;
    private int _sendingCount; // the package has them
    private int _unsent;       // of what the package was given, and broke off
    private int _discards;
    private int _outputDiscards;
    private int _sendingDiscards; // when the package was given what it sends
    private bool _isReading;
    private bool _isSending;   // somebody on the thread pool sees to the output
    private bool _isClosing;
    private bool _isClosed;

    public SerialSession(SerialPortSource owner, SerialPort port, bool isReading)
    {
        _owner = owner;
        _port = port;
        _stream = owner.Wrap(port.BaseStream);
        _isReading = isReading;
        _read = new byte[owner.Options.ReadBufferSize];
        _input = new ByteRing(Math.Max(LeastInput, owner.Options.ReadBufferSize));
        _whenWritten = WhenWritten;
        new Thread(Read) { IsBackground = true, Name = owner.Name }.Start();
    }

    /// <summary>What has ended it.</summary>
    public Exception? Failure
    {
        get
        {
            lock (_gate)
            {
                return _readFailure ?? _writeFailure;
            }
        }
    }

    /// <summary>What the loop may do now. From the first call on, it is woken when there is more.</summary>
    public PollEvents ReadyFor(SourceContext context)
    {
        lock (_gate)
        {
            _context = context;
            return (_output.Room > 0 ? PollEvents.Writable : PollEvents.None) | ((_readFailure ?? _writeFailure) is not null ? PollEvents.HangUp : PollEvents.None);
        }
    }

    /// <summary>Bytes that were given and are not sent, as far as the driver tells.</summary>
    public int UnsentBytes
    {
        get
        {
            int here;
            lock (_gate)
            {
                here = _output.Count + _sendingCount;
            }

            try
            {
                return here + Math.Max(0, _port.BytesToWrite);
            }
            catch (Exception exception) when (PortErrors.IsExpected(exception))
            {
                return 0; // it is going: the reading thread says so
            }
        }
    }

    /// <summary>Whether input is wanted.</summary>
    public void SetReading(bool isReading)
    {
        lock (_gate)
        {
            _isReading = isReading;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Takes what has come. With nothing left, why nothing will come any more.</summary>
    public int Take(Span<byte> buffer, out Exception? failure)
    {
        lock (_gate)
        {
            int count = 0;
            while (_input.Count > 0 && count < buffer.Length)
            {
                ReadOnlySpan<byte> first = _input.First[..Math.Min(_input.First.Length, buffer.Length - count)];
                first.CopyTo(buffer[count..]);
                count += first.Length;
                _input.Remove(first.Length);
            }

            failure = count > 0 ? null : _readFailure;
            Monitor.PulseAll(_gate);
            return count;
        }
    }

    /// <summary>Gives bytes to be sent, as many as there is room for. The package is called on another thread: it allocates, and takes locks.</summary>
    public int Give(ReadOnlySpan<byte> bytes, out bool isBroken)
    {
        int count;
        lock (_gate)
        {
            isBroken = _writeFailure is not null || _readFailure is not null;
            count = isBroken ? 0 : Math.Min(bytes.Length, _output.Room);
            _output.Add(bytes[..count]);
            if (count == 0 || _isSending)
            {
                return count;
            }

            _isSending = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return count;
    }

    /// <summary>How much of what the package was given it has broken off since the last call.</summary>
    public int TakeUnsent()
    {
        lock (_gate)
        {
            int unsent = _unsent;
            _unsent = 0;
            return unsent;
        }
    }

    /// <summary>Throws away what is here and in the driver.</summary>
    public void Discard(SerialBuffers buffers)
    {
        try
        {
            if (buffers.HasFlag(SerialBuffers.Input))
            {
                lock (_gate)
                {
                    _discards++; // what is being read now came before; no read begins until the lock is left
                    _port.DiscardInBuffer();
                    _input.Remove(_input.Count);
                    Monitor.PulseAll(_gate);
                }
            }

            if (buffers.HasFlag(SerialBuffers.Output))
            {
                lock (_gate)
                {
                    _outputDiscards++; // on Windows this aborts a write that waits
                    _output.Remove(_output.Count);
                    _port.DiscardOutBuffer();
                }
            }
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            throw new IOException($"{_owner.Device}: what it holds could not be thrown away: {exception.Message}", exception);
        }
    }

    public bool TryReadLines(out ModemLines lines)
    {
        lines = ModemLines.None;
        try
        {
            lines = (_port.CtsHolding ? ModemLines.Cts : 0) | (_port.DsrHolding ? ModemLines.Dsr : 0) | (_port.CDHolding ? ModemLines.Dcd : 0) | (_port.DtrEnable ? ModemLines.Dtr : 0);
            lines |= !HasRtsOfDriver && _port.RtsEnable ? ModemLines.Rts : 0;
            return true;
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            return false;
        }
    }

    public void WriteLines(ModemLines on, ModemLines off)
    {
        string name = "";
        try
        {
            if (((on | off) & ModemLines.Dtr) != 0)
            {
                name = "Dtr";
                _port.DtrEnable = on.HasFlag(ModemLines.Dtr);
            }

            if (((on | off) & ModemLines.Rts) != 0)
            {
                name = "Rts";
                _port.RtsEnable = on.HasFlag(ModemLines.Rts);
            }
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            string reason = HasRtsOfDriver && name == "Rts" ? "with FlowControl.RtsCts it is the driver's" : "its driver has no such thing (a pseudo-terminal has none)";
            throw new IOException($"{_owner.Device}: to set {name} was refused: {reason}.", exception);
        }
    }

    /// <summary>Begins or ends a break: on Unix the package waits until it has been sent, so not on the loop's thread.</summary>
    public void SetBreak(bool isOn)
    {
        _breaks = _breaks.ContinueWith(
            _ =>
            {
                try
                {
                    _port.BreakState = isOn;
                }
                catch (Exception exception) when (PortErrors.IsExpected(exception))
                {
                    Warn($"a break could not be {(isOn ? "begun" : "ended")}: {exception.Message}");
                }
            },
            CancellationToken.None,
            TaskContinuationOptions.DenyChildAttach,
            TaskScheduler.Default);
    }

    /// <summary>Ends it without waiting: the package waits for its own thread, and the system for what is unsent.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosing = true;
            Monitor.PulseAll(_gate);
        }

        ThreadPool.UnsafeQueueUserWorkItem(static session => session.ClosePort(), this, preferLocal: false);
    }

    /// <summary>Whether it is closed.</summary>
    public bool HasClosed
    {
        get
        {
            lock (_gate)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Wakes a context when it is closed.</summary>
    public void WakeWhenClosed(SourceContext context)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                _waiting = context;
                return;
            }
        }

        context.Wake();
    }

    /// <summary>Begins the write of what was given. (On the thread pool.)</summary>
    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            bool wasFull;
            lock (_gate)
            {
                wasFull = _output.Room == 0;
                while (_output.Count > 0 && _sendingCount < _sending.Length)
                {
                    ReadOnlySpan<byte> first = _output.First[..Math.Min(_output.First.Length, _sending.Length - _sendingCount)];
                    first.CopyTo(_sending.AsSpan(_sendingCount));
                    _sendingCount += first.Length;
                    _output.Remove(first.Length);
                }

                _isSending = _sendingCount > 0 && !_isClosing;
                if (!_isSending)
                {
                    return; // all was thrown away meanwhile
                }

                _sendingDiscards = _outputDiscards;
                _write = _stream.WriteAsync(_sending, 0, _sendingCount);
            }

            _write.GetAwaiter().UnsafeOnCompleted(_whenWritten);
            if (wasFull)
            {
                Wake(); // there is room now, which nobody was told of when the write before has ended
            }
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            EndWrite(exception);
        }
    }

    private bool HasRtsOfDriver => _owner.Options.FlowControl.HasFlag(FlowControl.RtsCts);

    private void WhenWritten() => EndWrite(_write!.IsCompletedSuccessfully ? null : _write.Exception?.InnerException ?? new OperationCanceledException());

    private void EndWrite(Exception? failure)
    {
        bool hasMore;
        lock (_gate)
        {
            if (failure is not null && _sendingDiscards != _outputDiscards && !_isClosing && IsThere())
            {
                _unsent += _sendingCount; // on Windows to discard output aborts the write that waits
                failure = null;
            }

            _sendingCount = 0;
            _writeFailure ??= failure;
            _isSending = hasMore = _output.Count > 0 && failure is null;
        }

        if (hasMore)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        Wake();
    }

    // The thread's body: one read at a time, while it is wanted and there is room.
    private void Read()
    {
        while (BeginRead(out int discards) is { } read)
        {
            EndRead(read, discards);
            Wake();
        }
    }

    // Null when there is nothing more to read.
    private Task<int>? BeginRead(out int discards)
    {
        lock (_gate)
        {
            discards = 0;
            while (!_isClosing && (!_isReading || _input.Room == 0))
            {
                if (!Monitor.Wait(_gate, s_askPeriod) && !_isClosing && !IsThere())
                {
                    return Task.FromException<int>(new EndOfStreamException());
                }
            }

            discards = _discards;
            try
            {
                return _isClosing || _readFailure is not null ? null : _stream.ReadAsync(_read, 0, Math.Min(_read.Length, _input.Room));
            }
            catch (Exception exception) when (PortErrors.IsExpected(exception))
            {
                return Task.FromException<int>(exception);
            }
        }
    }

    private bool IsThere()
    {
        try
        {
            return _port.BytesToRead >= 0; // on Unix what the system refuses is -1, on Windows an exception
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            return false;
        }
    }

    // Waits for a read. Closing the port ends it.
    private void EndRead(Task<int> read, int discards)
    {
        try
        {
            int count = read.GetAwaiter().GetResult();
            lock (_gate)
            {
                if (count == 0)
                {
                    _readFailure = new EndOfStreamException();
                }
                else if (discards == _discards)
                {
                    _input.Add(_read.AsSpan(0, count));
                }
            }
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            lock (_gate)
            {
                if (discards != _discards && !_isClosing && IsThere())
                {
                    return; // on Windows to discard input aborts the read that waits
                }

                _readFailure = exception;
            }
        }
    }

    // Before the loop has asked for the first time it does not know whom to wake; what is here by then, that first time finds.
    private void Wake()
    {
        SourceContext? context;
        lock (_gate)
        {
            context = _isClosing ? null : _context;
        }

        context?.Wake();
    }

    private void Warn(string message)
    {
        SourceContext? context;
        lock (_gate)
        {
            context = _context;
        }

        context?.Loop.TryPost(() => context.Warn(message));
    }

    private void ClosePort()
    {
        try
        {
            _stream.Dispose(); // ends what is pending; to dispose of the port alone waits, for ever, until the line takes what is unsent
            _port.Dispose();
        }
        catch (Exception exception) when (PortErrors.IsExpected(exception))
        {
            Warn($"System.IO.Ports could not close the port: {exception.Message}"); // as on Windows, when the device is gone
        }

        SourceContext? waiting;
        lock (_gate)
        {
            _isClosed = true;
            waiting = _waiting;
        }

        waiting?.Wake();
    }
}
