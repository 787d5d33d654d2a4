using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Mainspring.Net;

/// <summary>A connection whose descriptor is in the loop's own wait.</summary>
internal sealed class DescriptorConnection : Connection, IPollableSource
{
    // Of TCP each change is told once. A read that was shorter than its buffer has taken all there is, and what comes later is a change again; but behind an end or urgent data (tcp(7)) there may be more.
    private const PollEvents ReadableEdges = PollEvents.Readable | PollEvents.Priority | PollEvents.ReadHangUp | PollEvents.Edges;

    private const int MostReads = 16; // of full buffers in one dispatch, or by one method in one tick, so that one flood starves nobody

    private readonly ByteChannel _channel;
    private readonly LoopSignal<int> _read;
    private LoopSignal<bool>? _room;    // for sendfile
    private ByteQueue _output;
    private int _socket;                // its number, for the calls of each message; -1: it is none, or closed
    private SourceContext? _context;
    private SourceHandle? _source;
    private TimerHandle _closeTimer;
    private Memory<byte> _readInto;
    private TickTurn _readTurn = new(MostReads);
    private PollEvents _interest = PollEvents.Readable;
    private Exception? _writeError;
    private readonly bool _hasEdges;
    private bool _isReadable;           // there may be something, though epoll has not said so
    private bool _readsOn;              // after short reads too, until nothing is left
    private bool _watchesRead = true;   // kept while reads follow each other, so that a wait costs no call of the system
    private bool _isReadingPaused;
    private bool _isAtEnd;
    private bool _isWritingCompleted;
    private bool _isParked;             // both directions are over, which epoll would say for ever: it has left the poller until somebody asks
    private bool _isReleased;

    public DescriptorConnection(MainLoop loop, string name, ByteChannel channel)
        : base(loop, name)
    {
        _channel = channel;
        _socket = (channel as SocketChannel)?.Descriptor ?? -1;
        _read = new LoopSignal<int>(loop);
        _isAtEnd = !channel.CanRead;
        _isWritingCompleted = !channel.CanWrite;
        _hasEdges = channel.Socket?.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
        _watchesRead = channel.CanRead;
        _interest = WantedInterest;
    }

    public override SourceHandle Source => _source ?? throw new InvalidOperationException($"{Name} is not in a loop yet.");

    public override EndPoint? LocalEndPoint => _channel.LocalEndPoint;

    public override EndPoint? RemoteEndPoint => _channel.RemoteEndPoint;

    public override Socket? Socket => _channel.Socket;

    public override int Unsent => _output.Count;

    public override bool IsReadingPaused => _isReadingPaused;

    public SafeHandle Handle => _channel.Handle;

    public PollEvents Interest => _interest;

    public ByteChannel Channel => _channel;

    /// <summary>How much a protocol is told at most in one call.</summary>
    internal int ReadBufferSize { get; init; } = ReceiveBuffer.Size;

    private bool IsWatchedByProtocol => Protocol is not null && !_isReadingPaused;

    private PollEvents WantedInterest
    {
        get
        {
            bool reads = !_isAtEnd && State == ConnectionState.Open && (Protocol is null ? _watchesRead : !_isReadingPaused);
            bool writes = _output.Count > 0 || _room is { IsPending: true };
            return writes ? PollEvents.Writable | (reads ? PollEvents.Readable : 0)
                : !reads ? PollEvents.None
                : _hasEdges ? ReadableEdges
                : PollEvents.Readable;
        }
    }

    /// <summary>Takes its place in the loop, and tells the protocol.</summary>
    public DescriptorConnection Start(ConnectionProtocol? protocol)
    {
        try
        {
            if (protocol is not null)
            {
                Protocol = protocol;
            }

            Loop.Add(this, RetryPolicy.Never);
        }
        catch
        {
            _channel.Dispose();
            throw;
        }

        TellMade();
        return this;
    }

    public void Attach(SourceContext context)
    {
        _context = context;
        _source = context.Source;
        _isParked = false;
        _interest = WantedInterest;
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        bool isOver = (ready & (PollEvents.HangUp | PollEvents.Error)) != 0;
        int handled = 0;
        NextToUse(_read, Protocol);
        _readsOn |= (ready & (PollEvents.Priority | PollEvents.ReadHangUp)) != 0;
        if (_output.Count > 0 && (isOver || (ready & PollEvents.Writable) != 0))
        {
            handled++;
            Flush();
        }

        if (_room is { IsPending: true } room && (isOver || (ready & PollEvents.Writable) != 0))
        {
            handled++;
            room.SetResult(true);
        }

        if (!_isReleased && (isOver || (ready & (PollEvents.Readable | PollEvents.Priority | PollEvents.ReadHangUp)) != 0))
        {
            handled += TakeIn(Math.Min(maxEvents, MostReads));
        }

        if (_isReleased)
        {
            return handled;
        }

        if (!isOver || handled > 0)
        {
            UpdateInterest();
        }
        else if (_channel.CanRead)
        {
            _context!.Disconnected(); // parks it
            return 1;
        }
        else
        {
            Fail(NetworkErrors.Make($"{Name}: send", SocketError.Shutdown)); // nobody reads this pipe any more
        }

        return handled;
    }

    public void Detach()
    {
        if (_isReleased || _source is null)
        {
            return; // without a source it was not taken in: Start closes it
        }

        if (_source.State != SourceState.Removed)
        {
            _isParked = true;
            return;
        }

        if (State == ConnectionState.Open)
        {
            Reason ??= new OperationCanceledException($"{Name}: its loop '{Loop.Name}' was disposed, or its source removed.");
            if (Loop.IsDebug)
            {
                _context!.Warn("the connection was never closed: call Close or Dispose when it is no longer needed");
            }
        }

        SendWhatIsTakenAtOnce();
        Release();
    }

    public override void Write(ReadOnlySpan<byte> bytes)
    {
        // What is sent at once, as nearly all is, asks for nothing but this.
        if (_output.Count > 0 || State != ConnectionState.Open || _isWritingCompleted || _writeError is not null || MainLoop.Current != Loop)
        {
            CheckWritable(_isWritingCompleted, _writeError ?? (State == ConnectionState.Closed ? Reason : null), bytes.Length);
        }

        if (_output.Count == 0)
        {
            while (bytes.Length > 0)
            {
                int sent = Send(bytes, out SocketError error);
                if (error != SocketError.Success)
                {
                    if (error is SocketError.WouldBlock or SocketError.TryAgain or SocketError.NoBufferSpaceAvailable)
                    {
                        break;
                    }

                    BreakWriting(error);
                    return; // as when it is found later: the next call throws, the protocol is told
                }

                _context?.CountBytes(sent);
                bytes = bytes[sent..];
            }

            if (bytes.Length == 0)
            {
                return;
            }
        }

        _output.Append(bytes);
        UpdateInterest();
        OnUnsentChanged();
    }

    public override void CompleteWriting()
    {
        CheckAccess();
        if (_isWritingCompleted || State != ConnectionState.Open)
        {
            return;
        }

        _isWritingCompleted = true;
        if (_output.Count == 0)
        {
            EndWriting();
        }
    }

    public override void PauseReading()
    {
        CheckAccess();
        _isReadingPaused = true;
        UpdateInterest();
    }

    public override void ResumeReading()
    {
        CheckAccess();
        _isReadingPaused = false;
        ResumeInput();
        Unpark();
        UpdateInterest();
    }

    public override void Close()
    {
        CheckAccess();
        if (State != ConnectionState.Open)
        {
            return;
        }

        State = ConnectionState.Closing;
        if (_output.Count == 0 || _writeError is not null || _isParked)
        {
            Remove();
            return;
        }

        _read.SetResult(0);
        UpdateInterest();
        _closeTimer = AbortLater();
    }

    public override void Abort()
    {
        CheckAccess();
        if (State != ConnectionState.Closed && !_isReleased)
        {
            _channel.PrepareAbort();
            State = ConnectionState.Closing;
            _output.Clear();
            Remove();
        }
    }

    internal override void Fail(Exception reason)
    {
        if (State != ConnectionState.Closed && !_isReleased)
        {
            Reason ??= reason;
            State = ConnectionState.Closing;
            _output.Clear();
            Remove();
        }
    }

    internal override bool IsBroken => base.IsBroken || _writeError is not null;

    internal override void Report(Exception exception)
    {
        if (_source is { State: SourceState.Attached })
        {
            _context!.Error(exception);
        }
        else
        {
            Loop.ReportException(exception, $"{Name} failed", this); // parked or removed: its context says nothing any more
        }
    }

    /// <summary>Waits until the system takes bytes again.</summary>
    internal ValueTask WaitForRoom(CancellationToken cancellationToken)
    {
        _room ??= new LoopSignal<bool>(Loop);
        if (!_room.IsFree)
        {
            throw new InvalidOperationException($"{Name} is sending a file already: await that before the next.");
        }

        ValueTask wait = _room.BeginWithoutResult(cancellationToken);
        Unpark();
        UpdateInterest();
        return wait;
    }

    /// <summary>Throws when nothing can be written.</summary>
    internal void CheckWritable() => CheckWritable(_isWritingCompleted, _writeError ?? (State == ConnectionState.Closed ? Reason : null), 0);

    internal void CountBytes(int count) => _context?.CountBytes(count);

    private protected override bool IsBeingRead => !_read.IsFree;

    private protected override void OnProtocolChanged()
    {
        _watchesRead = true;
        Unpark();
        UpdateInterest();
        AskAgain();
    }

    private protected override ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        CheckAccess();
        if (Protocol is not null || !_read.IsFree)
        {
            throw new InvalidOperationException(
                Protocol is not null ? $"{Name} has a protocol, which is told of its bytes: set Protocol to null to read them here." : $"{Name} is being read already: await one read before the next.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        if (_isAtEnd || State != ConnectionState.Open)
        {
            return Reason is null ? new ValueTask<int>(0) : ValueTask.FromException<int>(Reason);
        }

        if (buffer.Length == 0)
        {
            return new ValueTask<int>(0);
        }

        if ((_isReadable || _isParked) && (_isParked || !_readTurn.IsOver(Loop)) && TryReceive(buffer.Span, out int count))
        {
            return Reason is null ? new ValueTask<int>(count) : ValueTask.FromException<int>(Reason);
        }

        _readInto = buffer;
        ValueTask<int> read = _read.Begin(cancellationToken);
        if (!_watchesRead || _isParked || _isReadable)
        {
            _watchesRead = true;
            Unpark();
            UpdateInterest();
            AskAgain(); // when its turn is over, or it was not watched
        }

        return read;
    }

    // False: nothing is there now. After an error the connection has failed.
    private bool TryReceive(Span<byte> buffer, out int count)
    {
        count = _socket >= 0 ? SocketChannel.Receive(_socket, buffer, out SocketError error) : _channel.Receive(buffer, out error);
        if (error == SocketError.Success)
        {
            _isReadable = count == buffer.Length || (_readsOn && count > 0); // after a shorter read epoll says when there is more
            _isAtEnd = count == 0;
            _context?.CountBytes(count);
            if (count > 0)
            {
                _context?.Emit(new BytesReceived(buffer[..count]));
            }

            return true;
        }

        _isReadable = _readsOn = false;
        if (error is SocketError.WouldBlock or SocketError.TryAgain or SocketError.Interrupted)
        {
            return false;
        }

        Fail(NetworkErrors.Make($"{Name}: receive", error));
        return true;
    }

    private int TakeIn(int most)
    {
        if (_isAtEnd || State != ConnectionState.Open)
        {
            return 0;
        }

        if (IsWatchedByProtocol)
        {
            return TellProtocol(most);
        }

        if (!_read.IsPending || Protocol is not null)
        {
            _isReadable = true;
            _watchesRead = (_interest & PollEvents.Edges) != 0; // which it would say again and again
            return 0;
        }

        Memory<byte> into = _readInto;
        if (!TryReceive(into.Span, out int count))
        {
            return 1;
        }

        _readInto = default;
        if (Reason is null)
        {
            GoOn(count);
        }

        return 1;
    }

    private int TellProtocol(int most)
    {
        if (HasInput)
        {
            TellInput(); // what was received for methods comes first
        }

        byte[] buffer = ReceiveBuffer.Take();
        int handled = 0;
        bool more = true;
        while (more && handled < most && IsWatchedByProtocol && State == ConnectionState.Open && TryReceive(buffer.AsSpan(0, ReadBufferSize), out int count))
        {
            handled++;
            if (State != ConnectionState.Open)
            {
                break; // it has failed, or a handler of the event has closed it
            }

            if (count == 0)
            {
                TellEnd();
                break;
            }

            more = _isReadable;
            TellOrKeep(buffer.AsSpan(0, count));
        }

        ReceiveBuffer.GiveBack(buffer);
        if (_isReadable && IsWatchedByProtocol && State == ConnectionState.Open && !_isAtEnd)
        {
            AskAgain(); // others have their turn
        }

        return Math.Max(1, handled);
    }

    // Who is told of the bytes, and how he waits, are asked for while the system copies them: of thousands of connections none is in the cache when its turn comes.
    private static unsafe void NextToUse(LoopSignal<int> read, ConnectionProtocol? protocol)
    {
        if (Sse.IsSupported)
        {
            nint address = Unsafe.As<LoopSignal<int>, nint>(ref read);
            Sse.Prefetch0((void*)address);
            Sse.Prefetch0((void*)(address + 64));
            Sse.Prefetch0((void*)Unsafe.As<ConnectionProtocol?, nint>(ref protocol)); // only hints: they are never followed
        }
    }

    // Has epoll say once more what there is.
    private void AskAgain()
    {
        if ((_interest & PollEvents.Edges) != 0)
        {
            _context?.SetInterest(_interest);
        }
    }

    // Straight into the method that reads: it works while what it has received is in the cache, as a protocol does. But when a frame is due through the queue, which lets that go first.
    private void GoOn(int count)
    {
        if (Loop.IsCutDue())
        {
            _read.SetResult(count);
            return;
        }

        try
        {
            _read.GoOn(count);
        }
        catch (Exception exception)
        {
            Report(exception); // of a callback that was given to the awaiter itself; methods keep theirs
        }
    }

    // The last that is sent, without waiting: all of it to a file, and what the system has room for to others.
    private void SendWhatIsTakenAtOnce()
    {
        for (_channel.BeginTurn(); _output.Count > 0 && _writeError is null; _channel.BeginTurn())
        {
            int sent = Send(_output.Waiting.Span, out SocketError error);
            if (error != SocketError.Success || sent == 0)
            {
                return;
            }

            _output.Consume(sent);
        }
    }

    private int Send(ReadOnlySpan<byte> bytes, out SocketError error) =>
        _socket >= 0 ? SocketChannel.Send(_socket, bytes, out error) : _channel.Send(bytes, out error);

    private void Flush()
    {
        _channel.BeginTurn();
        while (_output.Count > 0)
        {
            int sent = Send(_output.Waiting.Span, out SocketError error);
            if (error != SocketError.Success)
            {
                if (error is not (SocketError.WouldBlock or SocketError.TryAgain or SocketError.NoBufferSpaceAvailable))
                {
                    BreakWriting(error);
                    return;
                }

                break;
            }

            _context?.CountBytes(sent);
            _output.Consume(sent);
        }

        OnUnsentChanged();
        if (_output.Count > 0 || _isReleased)
        {
            return;
        }

        if (State == ConnectionState.Closing)
        {
            Remove();
        }
        else if (_isWritingCompleted)
        {
            EndWriting();
        }
    }

    private void EndWriting()
    {
        _channel.CompleteWriting();
        if (!_channel.CanRead)
        {
            Close();
        }
    }

    // The other end takes no more. What it has sent before can still be read, by whoever reads.
    private void BreakWriting(SocketError error)
    {
        _writeError = NetworkErrors.Make($"{Name}: send", error);
        _output.Clear();
        if (Protocol is not null || State != ConnectionState.Open || !_channel.CanRead || _isAtEnd)
        {
            Fail(_writeError);
        }
        else
        {
            EndDrains(_writeError);
            UpdateInterest();
        }
    }

    private void Unpark()
    {
        if (_isParked)
        {
            _isParked = false;
            _source!.RetryNow();
        }
    }

    private void UpdateInterest()
    {
        PollEvents wanted = WantedInterest;
        if (_context is { } context && wanted != _interest && _source is not null)
        {
            _interest = wanted;
            context.SetInterest(wanted);
        }
    }

    private void Remove()
    {
        if (_source is { State: not SourceState.Removed } source)
        {
            source.Remove();
        }
        else
        {
            Release();
        }
    }

    private void Release()
    {
        if (_isReleased)
        {
            return;
        }

        _isReleased = true;
        _isParked = false;
        _closeTimer.Cancel();
        _socket = -1;
        _channel.Dispose();
        _output.Clear();
        _readInto = default;
        State = ConnectionState.Closed;
        if (Reason is null)
        {
            _read.SetResult(0);
            _room?.SetException(new NetworkException($"{Name}: the connection was closed.", SocketError.ConnectionAborted));
        }
        else
        {
            _read.SetException(Reason);
            _room?.SetException(Reason);
        }

        TellLost();
    }
}
