using System.Net;
using System.Net.Sockets;
using Mainspring.Net;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a TCP connection.</summary>
public sealed class TcpConnectionSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new StreamRig(Loop, AddressFamily.InterNetwork);
}

/// <summary>The source contract, for a connection over a Unix socket.</summary>
public sealed class UnixConnectionSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new StreamRig(Loop, AddressFamily.Unix);
}

/// <summary>The source contract, for the reading end of a pipe.</summary>
public sealed class PipeConnectionSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new PipeConnectionRig(Loop);
}

/// <summary>The source contract, for a UDP endpoint.</summary>
public sealed class DatagramSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new DatagramRig(Loop);
}

/// <summary>The source contract, for the listening socket of a server.</summary>
public sealed class ListenerSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new ListenerRig(Loop);
}

/// <summary>A connection in the hands of the contract: it reads byte by byte, so that every byte is an event.</summary>
internal abstract class ConnectionRig : SourceRig
{
    private readonly RenewedSource _source;

    protected ConnectionRig(MainLoop loop)
    {
        Sys.NeedsLinux();
        _source = new RenewedSource("connection:contract", () => new DescriptorConnection(loop, "connection", Open()) { ReadBufferSize = 1, Protocol = new Silent() });
    }

    public override IEventSource Source => _source;

    public override bool CanBreak => false;

    public override string Unbreakable => "a connection that has broken never comes back";

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in BytesReceived _, in EventInfo info) => onEvent(info));

    /// <summary>Opens both ends.</summary>
    /// <returns>The one for the connection.</returns>
    protected abstract ByteChannel Open();

    private sealed class Silent : ConnectionProtocol
    {
        public override void OnData(Connection connection, ReadOnlySpan<byte> data)
        {
            // The event says it.
        }
    }
}

/// <summary>A connected socket and its other end.</summary>
internal sealed class StreamRig(MainLoop loop, AddressFamily family) : ConnectionRig(loop)
{
    private static readonly byte[] s_bytes = new byte[64];

    private Socket? _peer;

    public override void Produce(int events) => Check.Equal(events, _peer!.Send(s_bytes.AsSpan(0, events)));

    public override void Dispose() => _peer?.Dispose();

    protected override ByteChannel Open()
    {
        using var listener = new Socket(family, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(family == AddressFamily.Unix ? new UnixDomainSocketEndPoint($"\0mainspring-{Guid.NewGuid():N}") : new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _peer?.Dispose();
        _peer = new Socket(family, SocketType.Stream, ProtocolType.Unspecified);
        _peer.Connect(listener.LocalEndPoint!);
        return new SocketChannel(listener.Accept());
    }
}

/// <summary>A pipe whose writing end is the device.</summary>
internal sealed class PipeConnectionRig(MainLoop loop) : ConnectionRig(loop)
{
    private SafeFileHandle? _write;

    public override void Produce(int events) => Sys.Write(_write!, events);

    public override void Dispose() => _write?.Dispose();

    protected override ByteChannel Open()
    {
        _write?.Dispose();
        (SafeFileHandle read, _write) = Sys.Pipe();
        return new DescriptorChannel(read, canRead: true, isNonBlocking: true);
    }
}

/// <summary>A UDP endpoint and a socket that sends to it.</summary>
internal sealed class DatagramRig : SourceRig
{
    private static readonly byte[] s_byte = new byte[1];

    private readonly Socket _sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly RenewedSource _source;

    public DatagramRig(MainLoop loop)
    {
        Sys.NeedsLinux();
        _source = new RenewedSource("udp:contract", () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _sender.Connect(socket.LocalEndPoint!);
            return new DatagramEndpoint(loop, socket, new DatagramOptions());
        });
    }

    public override IEventSource Source => _source;

    public override bool CanBreak => false;

    public override string Unbreakable => "a UDP socket has no other end that could go";

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            _sender.Send(s_byte);
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in Datagram _, in EventInfo info) => onEvent(info));

    public override void Dispose() => _sender.Dispose();
}

/// <summary>A listening socket; its clients are lost as soon as they are taken.</summary>
internal sealed class ListenerRig : SourceRig
{
    private const int Backlog = 128;

    private readonly List<Socket> _clients = [];
    private readonly RenewedSource _source;
    private Socket? _socket;

    public ListenerRig(MainLoop loop)
    {
        Sys.NeedsLinux();
        _source = new RenewedSource("listen:contract", () =>
        {
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _socket.Listen(Backlog);
            return new Server(loop, new ListenOptions { StartServing = false }, ConnectionTaker.Of(static () => new Leaving())).Bind(_socket);
        });
    }

    public override IEventSource Source => _source;

    public override bool CanBreak => false;

    public override string Unbreakable => "a server whose socket listens no more is closed";

    public override string Allocating => "an accepted connection is an object";

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            _clients.Add(client);
            client.Connect(_socket!.LocalEndPoint!);
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in ConnectionAccepted _, in EventInfo info) => onEvent(info));

    public override void Dispose()
    {
        _clients.ForEach(static client => client.Dispose());
        _socket?.Dispose();
    }

    private sealed class Leaving : ConnectionProtocol
    {
        public override void OnMade(Connection connection) => connection.Abort();

        public override void OnData(Connection connection, ReadOnlySpan<byte> data)
        {
            // It has left.
        }
    }
}
