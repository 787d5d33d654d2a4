using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

/// <summary>
/// A UDP socket in the loop's own wait. What comes is emitted as <see cref="Datagram"/> to the handlers of <see cref="Source"/>, or awaited by <see cref="ReceiveAsync"/>; errors, such as the
/// refusal of a datagram that was sent before, are emitted as <see cref="DatagramFailed"/>. Per datagram nothing is allocated. Loop's thread only.
/// </summary>
[DebuggerDisplay("{Name}")]
public sealed unsafe class DatagramEndpoint : IPollableSource, IDisposable
{
    private const int Longest = 65536;
    private const int MostReads = 64;     // of a method in one tick that does not wait, so that a flood starves nobody
    private const int MostQueued = 65536; // datagrams: empty ones have no bytes that would be counted

    private readonly MainLoop _loop;
    private readonly Socket _socket;
    private readonly DatagramOptions _options;
    private readonly byte[] _buffer = new byte[Longest];
    private readonly Queue<Waiting> _queue = [];
    private ByteQueue _queued;
    private readonly LoopSignal<DatagramResult> _receive;
    private readonly LoopSignals _drains;
    private SourceContext? _context;
    private SourceHandle? _source;
    private TickTurn _turn = new(MostReads);
    private Memory<byte> _receiveInto;
    private PollEvents _watched = PollEvents.Readable;
    private bool _isPulled;    // by ReceiveAsync
    private bool _isReadable;  // there may be something, though epoll has not said so
    private bool _watchesRead = true; // kept while awaits follow each other, so that a wait costs no call of the system
    private bool _isClosed;

    internal DatagramEndpoint(MainLoop loop, Socket socket, DatagramOptions options)
    {
        (_loop, _socket, _options) = (loop, socket, options);
        _receive = new LoopSignal<DatagramResult>(loop);
        _drains = new LoopSignals(loop);
        LocalEndPoint = (IPEndPoint)socket.LocalEndPoint!;
        Name = $"udp:{Addresses.Text(options.RemoteEndPoint ?? LocalEndPoint)}";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Its source: handlers of <see cref="Datagram"/> and <see cref="DatagramFailed"/>, and counters.</summary>
    public SourceHandle Source => _source ?? throw new InvalidOperationException($"{Name} is not in a loop.");

    /// <summary>Its address.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>The only one that it talks with; null is anybody.</summary>
    public IPEndPoint? RemoteEndPoint => _options.RemoteEndPoint;

    /// <summary>Bytes of datagrams that wait to be sent.</summary>
    public int Unsent => _queued.Count;

    /// <inheritdoc/>
    public SafeHandle Handle => _socket.SafeHandle;

    /// <inheritdoc/>
    public PollEvents Interest => _watched;

    /// <summary>Sends a datagram to the <see cref="RemoteEndPoint"/>.</summary>
    /// <param name="bytes">The datagram.</param>
    /// <returns>False when it was dropped, because too many wait already.</returns>
    /// <exception cref="NetworkException">It is too long, or may not be sent there.</exception>
    /// <exception cref="InvalidOperationException">There is no <see cref="RemoteEndPoint"/>.</exception>
    public bool Send(ReadOnlySpan<byte> bytes) => _options.RemoteEndPoint is not null
        ? SendOrQueue(bytes, default)
        : throw new InvalidOperationException($"{Name} talks with anybody: say with SendTo to whom, or give it a RemoteEndPoint.");

    /// <summary>Sends a datagram.</summary>
    /// <param name="bytes">The datagram.</param>
    /// <param name="to">To whom.</param>
    /// <returns>False when it was dropped, because too many wait already.</returns>
    /// <exception cref="NetworkException">It is too long, or may not be sent there.</exception>
    public bool SendTo(ReadOnlySpan<byte> bytes, DatagramAddress to)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(to.IsEmpty, true, nameof(to));
        return SendOrQueue(bytes, to);
    }

    /// <summary>Waits until no datagram waits to be sent.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the wait; mostly at once.</returns>
    public ValueTask Drain(CancellationToken cancellationToken = default) => _queue.Count == 0 ? default : _drains.Wait(cancellationToken);

    /// <summary>Waits for a datagram. From the first call on, datagrams that nobody awaits stay in the kernel, which drops those that are too many.</summary>
    /// <param name="buffer">Where it goes; what does not fit is cut off.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its length, and from where it came.</returns>
    /// <exception cref="InvalidOperationException">Somebody awaits one already.</exception>
    /// <exception cref="ObjectDisposedException">The endpoint was closed.</exception>
    public ValueTask<DatagramResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        CheckAccess();
        if (!_receive.IsFree)
        {
            throw new InvalidOperationException($"{Name} is being read already: await one datagram before the next.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<DatagramResult>(cancellationToken);
        }

        _isPulled = true;
        _receiveInto = buffer;
        ValueTask<DatagramResult> receive = _receive.Begin(cancellationToken);
        if (_isReadable && !_turn.IsOver(_loop)) // otherwise the poller says so in the next tick
        {
            while (_isReadable && !_isClosed && _receive.IsPending)
            {
                _isReadable = Receive();
            }
        }

        _watchesRead = true;
        UpdateInterest();
        return receive;
    }

    /// <summary>Listens to a multicast group.</summary>
    /// <param name="group">Its address, of the endpoint's own family.</param>
    /// <exception cref="NetworkException">The system refuses; the message says why.</exception>
    public void Join(IPAddress group) => ChangeGroup(group, joins: true);

    /// <summary>Undoes <see cref="Join"/>.</summary>
    /// <param name="group">Its address.</param>
    /// <exception cref="NetworkException">The system refuses; the message says why.</exception>
    public void Leave(IPAddress group) => ChangeGroup(group, joins: false);

    /// <summary>Closes it; what waits to be sent is lost. Idempotent.</summary>
    public void Dispose() => _source?.Remove();

    void IEventSource.Attach(SourceContext context) => (_context, _source) = (context, context.Source);

    int IEventSource.Dispatch(PollEvents ready, int maxEvents)
    {
        if ((ready & PollEvents.Error) != 0)
        {
            Tell(NetworkErrors.FromErrno(NetAbi.TakeError(_socket.SafeHandle)), default);
        }

        if (!_isClosed && _queue.Count > 0)
        {
            Flush();
        }

        int handled = 0;
        if (_isPulled && !_receive.IsPending && (ready & PollEvents.Readable) != 0)
        {
            _isReadable = true;
            _watchesRead = false;
        }

        while (handled < maxEvents && !_isClosed && (!_isPulled || _receive.IsPending) && Receive())
        {
            handled++;
        }

        if (!_isClosed)
        {
            UpdateInterest();
        }

        return ready == PollEvents.None ? handled : Math.Max(1, handled);
    }

    void IEventSource.Detach()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _socket.Dispose();
        _queue.Clear();
        _queued.Clear();
        var closed = new ObjectDisposedException(Name, $"{Name} was closed.");
        _receive.SetException(closed);
        _drains.End(closed);
    }

    /// <summary>What the system is to say instead of sending, for cases: it never lacks room on the way to this machine itself.</summary>
    internal Func<SocketError>? Refusing { get; set; }

    internal DatagramEndpoint Start()
    {
        _loop.Add(this, RetryPolicy.Never);
        return this;
    }

    // False: nothing is there.
    private bool Receive()
    {
        bool isPulled = _isPulled; // a handler may begin to pull: what it is told of was not for that
        Span<byte> buffer = isPulled ? _receiveInto.Span : _buffer;
        byte* from = stackalloc byte[DatagramAddress.Size];
        int length = DatagramAddress.Size;
        nint count;
        fixed (byte* first = buffer)
        {
            byte nothing; // an empty buffer has no address, and recvfrom would refuse
            count = NetAbi.ReceiveFrom(_socket.SafeHandle, first is null ? &nothing : first, buffer.Length, 0, from, &length);
        }

        if (count < 0)
        {
            SocketError error = NetworkErrors.Last;
            if (error == SocketError.WouldBlock)
            {
                return false;
            }

            Tell(error, default);
            return true;
        }

        _context!.CountBytes((int)count);
        var address = new DatagramAddress(new ReadOnlySpan<byte>(from, Math.Min(length, DatagramAddress.Size)));
        _context.Emit(new Datagram(buffer[..(int)count], address));
        if (isPulled)
        {
            _receiveInto = default;
            _receive.SetResult(new DatagramResult((int)count, address));
        }

        return true;
    }

    private bool SendOrQueue(ReadOnlySpan<byte> bytes, DatagramAddress to)
    {
        CheckAccess();
        if (_queue.Count == 0)
        {
            SocketError error = SendNow(bytes, to);
            if (error == SocketError.Success)
            {
                return true;
            }

            if (error is not (SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable))
            {
                throw NetworkErrors.Make($"{Name}: send a datagram of {bytes.Length} bytes{(to.IsEmpty ? "" : $" to {to}")}", error);
            }

            ObjectDisposedException.ThrowIf(_isClosed, this); // by a handler that was told of an earlier one
        }

        if (_queued.Count + bytes.Length > _options.SendQueue || _queue.Count >= MostQueued)
        {
            _context?.Lost(1);
            return false;
        }

        _queue.Enqueue(new Waiting(bytes.Length, to));
        _queued.Append(bytes);
        UpdateInterest();
        return true;
    }

    // The error of a datagram that was sent before is told by the next call, which sends nothing then, and once: so the call is made again, and what that says is of this datagram.
    private SocketError SendNow(ReadOnlySpan<byte> bytes, DatagramAddress to)
    {
        SocketError error = TrySend(bytes, to);
        if (error is SocketError.Success or SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
        {
            return error;
        }

        SocketError own = TrySend(bytes, to);
        if (own != error)
        {
            Tell(error, default);
        }

        return own;
    }

    private SocketError TrySend(ReadOnlySpan<byte> bytes, DatagramAddress to)
    {
        if (Refusing is not null && Refusing() is var refusal and not SocketError.Success)
        {
            return refusal;
        }

        ReadOnlySpan<byte> address = to.Span;
        fixed (byte* first = bytes)
        {
            fixed (byte* place = address)
            {
                if (NetAbi.SendTo(_socket.SafeHandle, first, bytes.Length, NetAbi.NoSignal, place, address.Length) < 0)
                {
                    return NetworkErrors.Last;
                }
            }
        }

        _context?.CountBytes(bytes.Length);
        return SocketError.Success;
    }

    private void Flush()
    {
        while (!_isClosed && _queue.TryPeek(out Waiting next))
        {
            SocketError error = SendNow(_queued.Waiting.Span[..next.Length], next.To);
            if (_isClosed)
            {
                return; // by a handler that was told of an earlier one
            }

            if (error is SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable)
            {
                return;
            }

            _queue.Dequeue();
            _queued.Consume(next.Length);
            if (error != SocketError.Success)
            {
                Tell(error, next.To);
            }
        }

        _drains.End(null);
    }

    private void CheckAccess()
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (MainLoop.Current is { } current ? current != _loop : _loop.IsRunning)
        {
            throw new InvalidOperationException($"{Name} was used on another thread than that of its loop '{_loop.Name}': use loop.Post, or await loop.SwitchTo() first.");
        }
    }

    private void Tell(SocketError error, DatagramAddress to)
    {
        if (error != SocketError.Success)
        {
            _context?.Emit(new DatagramFailed(error, to));
        }
    }

    private void UpdateInterest()
    {
        PollEvents wanted = (!_isPulled || _watchesRead ? PollEvents.Readable : 0) | (_queue.Count > 0 ? PollEvents.Writable : 0);
        if (wanted != _watched)
        {
            _watched = wanted;
            _context?.SetInterest(wanted);
        }
    }

    private void ChangeGroup(IPAddress group, bool joins)
    {
        ArgumentNullException.ThrowIfNull(group);
        try
        {
            bool isV6 = group.AddressFamily == AddressFamily.InterNetworkV6;
            SocketOptionName name = joins ? SocketOptionName.AddMembership : SocketOptionName.DropMembership;
            if (isV6)
            {
                _socket.SetSocketOption(SocketOptionLevel.IPv6, name, new IPv6MulticastOption(group, _options.MulticastInterface?.ScopeId ?? 0));
            }
            else
            {
                _socket.SetSocketOption(SocketOptionLevel.IP, name, new MulticastOption(group, _options.MulticastInterface ?? IPAddress.Any));
            }
        }
        catch (SocketException exception)
        {
            throw NetworkErrors.Make($"{Name}: {(joins ? "join" : "leave")} group {group}", exception.SocketErrorCode);
        }
    }

    private readonly record struct Waiting(int Length, DatagramAddress To);
}
