using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

/// <summary>
/// A socket of the framework, watched by the loop: for protocols that want the calls of the system themselves. It makes the socket non-blocking and owns it; the asynchronous methods of the
/// socket must not be used. One wait for reading and one for writing at a time. Loop's thread only.
/// </summary>
[DebuggerDisplay("{Name}")]
public sealed class LoopSocket : IPollableSource, IDisposable
{
    private const int MostCalls = 64; // of a method in one tick that does not wait, so that one that is never out of work starves nobody

    private readonly LoopSignal<bool> _readable;
    private readonly LoopSignal<bool> _writable;
    private readonly MainLoop _loop;
    private SourceContext? _context;
    private SourceHandle? _source;
    private PollEvents _watched;
    private TickTurn _turn = new(MostCalls);
    private bool _isClosed;

    /// <summary>Takes a socket. It joins the loop with its first wait.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="socket">The socket, of whatever kind.</param>
    public LoopSocket(MainLoop loop, Socket socket)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(socket);
        _loop = loop;
        Socket = socket;
        socket.Blocking = false;
        Name = $"socket:{socket.SafeHandle.DangerousGetHandle()}";
        (_readable, _writable) = (new LoopSignal<bool>(loop), new LoopSignal<bool>(loop));
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The socket, for its options. Close it by <see cref="Dispose"/> alone.</summary>
    public Socket Socket { get; }

    /// <inheritdoc/>
    public SafeHandle Handle => Socket.SafeHandle;

    /// <inheritdoc/>
    public PollEvents Interest => _watched;

    /// <summary>Waits until a read would not block.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the wait.</returns>
    public ValueTask WaitReadable(CancellationToken cancellationToken = default) => Wait(_readable, cancellationToken);

    /// <summary>Waits until a write would not block.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The end of the wait.</returns>
    public ValueTask WaitWritable(CancellationToken cancellationToken = default) => Wait(_writable, cancellationToken);

    /// <summary>Receives what is there, or waits for it.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many bytes; 0 at the end. Awaited once.</returns>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public async LoopTask<int> Receive(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_turn.IsOver(_loop))
            {
                await _loop.Yield();
            }

            int count = Socket.Receive(buffer.Span, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                return count;
            }

            ThrowUnlessBlocked(error, "receive");
            await WaitReadable(cancellationToken);
        }
    }

    /// <summary>Sends all bytes.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="cancellationToken">Ends the wait; some may have been sent.</param>
    /// <returns>The end. Awaited once.</returns>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public async LoopTask SendAll(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default)
    {
        while (bytes.Length > 0)
        {
            if (_turn.IsOver(_loop))
            {
                await _loop.Yield();
            }

            int count = Socket.Send(bytes.Span, SocketFlags.None, out SocketError error);
            if (error == SocketError.Success)
            {
                bytes = bytes[count..];
                continue;
            }

            ThrowUnlessBlocked(error, "send");
            await WaitWritable(cancellationToken);
        }
    }

    /// <summary>Receives a datagram, or waits for it.</summary>
    /// <param name="buffer">Where it goes; what does not fit is cut off.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its length, and from where it came. Awaited once.</returns>
    /// <exception cref="NetworkException">The system refuses; the message says why.</exception>
    public async LoopTask<DatagramResult> ReceiveFrom(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_turn.IsOver(_loop))
            {
                await _loop.Yield();
            }

            DatagramResult result = ReceiveFromNow(buffer.Span, out SocketError error);
            if (error == SocketError.Success)
            {
                return result;
            }

            ThrowUnlessBlocked(error, "receive a datagram");
            await WaitReadable(cancellationToken);
        }
    }

    /// <summary>Sends a datagram, or waits until the system takes it.</summary>
    /// <param name="bytes">The datagram.</param>
    /// <param name="to">To whom.</param>
    /// <param name="cancellationToken">Ends the wait; it was not sent then.</param>
    /// <returns>The end. Awaited once.</returns>
    /// <exception cref="NetworkException">The system refuses; the message says why.</exception>
    public async LoopTask SendTo(ReadOnlyMemory<byte> bytes, DatagramAddress to, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_turn.IsOver(_loop))
            {
                await _loop.Yield();
            }

            SocketError error = SendToNow(bytes.Span, to);
            if (error == SocketError.Success)
            {
                return;
            }

            ThrowUnlessBlocked(error, $"send a datagram to {to}");
            await WaitWritable(cancellationToken);
        }
    }

    /// <summary>Sends a part of a file: the system copies it by itself (sendfile(2)), or where it cannot, it is read on the executor and sent.</summary>
    /// <param name="file">The file, open for reading.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="count">How long it is; null is to the file's end.</param>
    /// <param name="cancellationToken">Ends it; some of the part may have been sent.</param>
    /// <returns>How many bytes were sent: fewer than asked for when the file ended before. Awaited once.</returns>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public async LoopTask<long> SendFile(SafeFileHandle file, long offset = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        var part = new FilePart(file, offset, count);
        while (!part.IsAtEnd)
        {
            cancellationToken.ThrowIfCancellationRequested();
            SocketError error = part.Send(Socket.SafeHandle, out _);
            if (error == SocketError.OperationNotSupported)
            {
                return await part.Copy(_loop, bytes => SendAll(bytes, cancellationToken));
            }

            if (error == SocketError.Success)
            {
                await _loop.Yield();
            }
            else
            {
                ThrowUnlessBlocked(error, "send a file");
                await WaitWritable(cancellationToken);
            }
        }

        return part.Sent;
    }

    /// <summary>Connects.</summary>
    /// <param name="address">To which address.</param>
    /// <param name="cancellationToken">Ends the wait; the socket is of no use then.</param>
    /// <returns>The end. Awaited once.</returns>
    /// <exception cref="NetworkException">The connection is refused.</exception>
    public async LoopTask Connect(EndPoint address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        SocketError error = Begin(address);
        if (error == SocketError.InProgress)
        {
            await WaitWritable(cancellationToken);
            error = NetworkErrors.FromErrno(NetAbi.TakeError(Socket.SafeHandle));
        }

        if (error != SocketError.Success)
        {
            throw NetworkErrors.Make($"connect to {Addresses.Text(address)}", error);
        }
    }

    /// <summary>Accepts a connection of a listening socket.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The accepted socket, non-blocking. Awaited once.</returns>
    /// <exception cref="NetworkException">The system refuses; the message says why.</exception>
    public async LoopTask<Socket> Accept(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_turn.IsOver(_loop))
            {
                await _loop.Yield();
            }

            int descriptor = AcceptNow(out SocketError error);
            if (descriptor >= 0)
            {
                return new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
            }

            if (error != SocketError.ConnectionAborted)
            {
                ThrowUnlessBlocked(error, "accept");
                await WaitReadable(cancellationToken);
            }
        }
    }

    /// <summary>Closes the socket, and ends its waits.</summary>
    public void Dispose()
    {
        _source?.Remove();
        Close();
    }

    void IEventSource.Attach(SourceContext context) => _context = context;

    int IEventSource.Dispatch(PollEvents ready, int maxEvents)
    {
        bool isOver = (ready & (PollEvents.HangUp | PollEvents.Error)) != 0;
        if (isOver || (ready & PollEvents.Readable) != 0)
        {
            _readable.SetResult(true);
        }

        if (isOver || (ready & PollEvents.Writable) != 0)
        {
            _writable.SetResult(true);
        }

        if (isOver)
        {
            _context!.Disconnected(); // it would be told for ever; the next wait joins again
            return 1;
        }

        Watch();
        return 1;
    }

    void IEventSource.Detach()
    {
        if (_source?.State == SourceState.Removed)
        {
            Close();
        }
    }

    private ValueTask Wait(LoopSignal<bool> signal, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        if (!signal.IsFree)
        {
            throw new InvalidOperationException($"{Name} is waited for already, in this direction.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        ValueTask wait = signal.BeginWithoutResult(cancellationToken);
        if (_source is null)
        {
            _watched = Wanted;
            _source = _loop.Add(this, RetryPolicy.Never);
        }
        else if (_source.State != SourceState.Attached)
        {
            _watched = Wanted;
            _source.RetryNow();
        }
        else
        {
            Watch();
        }

        return wait;
    }

    private PollEvents Wanted => (_readable.IsPending ? PollEvents.Readable : 0) | (_writable.IsPending ? PollEvents.Writable : 0);

    private void Watch()
    {
        if (_watched != Wanted)
        {
            _watched = Wanted;
            _context?.SetInterest(_watched);
        }
    }

    private unsafe SocketError Begin(EndPoint address)
    {
        SocketAddress bytes = address.Serialize();
        fixed (byte* first = bytes.Buffer.Span)
        {
            return NetAbi.Connect(Socket.SafeHandle, first, bytes.Size) == 0 ? SocketError.Success : NetworkErrors.Last;
        }
    }

    private unsafe int AcceptNow(out SocketError error)
    {
        int descriptor = NetAbi.Accept(Socket.SafeHandle, null, null, NetAbi.AcceptFlags);
        error = descriptor < 0 ? NetworkErrors.Last : SocketError.Success;
        return descriptor;
    }

    private unsafe DatagramResult ReceiveFromNow(Span<byte> buffer, out SocketError error)
    {
        byte* from = stackalloc byte[DatagramAddress.Size];
        int length = DatagramAddress.Size;
        byte nothing; // an empty buffer has no address, and recvfrom would refuse
        fixed (byte* first = buffer)
        {
            nint count = NetAbi.ReceiveFrom(Socket.SafeHandle, first is null ? &nothing : first, buffer.Length, 0, from, &length);
            error = count < 0 ? NetworkErrors.Last : SocketError.Success;
            return count < 0 ? default : new DatagramResult((int)count, new DatagramAddress(new ReadOnlySpan<byte>(from, Math.Min(length, DatagramAddress.Size))));
        }
    }

    private unsafe SocketError SendToNow(ReadOnlySpan<byte> bytes, DatagramAddress to)
    {
        ReadOnlySpan<byte> address = to.Span;
        fixed (byte* first = bytes)
        {
            fixed (byte* place = address)
            {
                return NetAbi.SendTo(Socket.SafeHandle, first, bytes.Length, NetAbi.NoSignal, place, address.Length) < 0 ? NetworkErrors.Last : SocketError.Success;
            }
        }
    }

    private void ThrowUnlessBlocked(SocketError error, string what)
    {
        if (error is not (SocketError.WouldBlock or SocketError.TryAgain or SocketError.Interrupted))
        {
            throw NetworkErrors.Make($"{Name}: {what}", error);
        }
    }

    private void Close()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        Socket.Dispose();
        var closed = new ObjectDisposedException(Name, $"{Name} was closed.");
        _readable.SetException(closed);
        _writable.SetException(closed);
    }
}
