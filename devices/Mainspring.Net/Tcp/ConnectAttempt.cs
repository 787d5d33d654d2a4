using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

/// <summary>One socket on its way to one address. It tells its end by <paramref name="ended"/>, on the loop, once.</summary>
internal sealed unsafe class ConnectAttempt(MainLoop loop, string name, EndPoint remote, ConnectOptions options, Action<ConnectAttempt> ended) : IPollableSource, IDisposable
{
    private SafeSocketHandle? _socket;
    private SourceHandle? _source;
    private bool _isEnded;

    public string Name => name;

    public EndPoint Remote => remote;

    /// <summary>What the system said, or <see cref="SocketError.Success"/>.</summary>
    public SocketError Error { get; private set; }

    public SafeHandle Handle => _socket!;

    public PollEvents Interest => PollEvents.Writable;

    /// <summary>Begins.</summary>
    /// <returns>False when it has ended at once; then nobody is told.</returns>
    public bool Start()
    {
        SocketAddress address = remote.Serialize();
        int family = remote.AddressFamily switch
        {
            AddressFamily.InterNetwork => NetAbi.FamilyInet,
            AddressFamily.InterNetworkV6 => NetAbi.FamilyInet6,
            _ => NetAbi.FamilyUnix,
        };
        int descriptor = NetAbi.Socket(family, NetAbi.StreamNonBlocking, 0);
        if (descriptor < 0)
        {
            return End(NetworkErrors.Last);
        }

        _socket = new SafeSocketHandle(descriptor, ownsHandle: true);
        if (Prepare() is var refusal && refusal != SocketError.Success)
        {
            return End(refusal);
        }

        fixed (byte* bytes = address.Buffer.Span)
        {
            if (NetAbi.Connect(_socket, bytes, address.Size) == 0)
            {
                return End(SocketError.Success);
            }
        }

        SocketError error = NetworkErrors.Last;
        if (error == SocketError.WouldBlock) // of a Unix socket: its backlog is full, and there is nothing to wait for
        {
            return End(SocketError.ConnectionRefused);
        }

        if (error != SocketError.InProgress)
        {
            return End(error);
        }

        _source = loop.Add(this, RetryPolicy.Never);
        return true;
    }

    /// <summary>The connected socket; the attempt no longer owns it.</summary>
    public SafeSocketHandle Take()
    {
        SafeSocketHandle socket = _socket!;
        _socket = null;
        return socket;
    }

    /// <summary>Gives up. Idempotent.</summary>
    public void Dispose()
    {
        _isEnded = true;
        _source?.Remove();
        _socket?.Dispose();
        _socket = null;
    }

    public void Attach(SourceContext context)
    {
        // It was begun before: a socket that is not connecting yet would be reported as hung up.
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (!_isEnded && ready != PollEvents.None)
        {
            End(NetworkErrors.FromErrno(NetAbi.TakeError(_socket!)));
            _source!.Remove();
            ended(this);
        }

        return 1;
    }

    public void Detach()
    {
        if (!_isEnded) // the loop is disposed
        {
            End(SocketError.OperationAborted);
            ended(this);
        }
    }

    private bool End(SocketError error)
    {
        _isEnded = true;
        Error = error;
        if (error != SocketError.Success)
        {
            _socket?.Dispose();
            _socket = null;
        }

        return false;
    }

    private SocketError Prepare()
    {
        SafeSocketHandle socket = _socket!;
        if (options.ReceiveBuffer is { } receive && !NetAbi.SetNumber(socket, NetAbi.SocketLevel, NetAbi.ReceiveBuffer, receive))
        {
            return NetworkErrors.Last;
        }

        if (options.SendBuffer is { } send && !NetAbi.SetNumber(socket, NetAbi.SocketLevel, NetAbi.SendBuffer, send))
        {
            return NetworkErrors.Last;
        }

        if (options.LocalEndPoint is { } local && remote is IPEndPoint)
        {
            SocketAddress address = local.Serialize();
            fixed (byte* bytes = address.Buffer.Span)
            {
                return NetAbi.Bind(socket, bytes, address.Size) == 0 ? SocketError.Success : NetworkErrors.Last;
            }
        }

        return SocketError.Success;
    }
}
