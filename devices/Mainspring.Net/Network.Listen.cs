using System.Net;
using System.Net.Sockets;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

public static partial class Network
{
    /// <summary>Listens for TCP connections, each of which is handled by a method of its own.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="address">Where; port 0 lets the system choose one (<see cref="Server.IPEndPoint"/>). <see cref="IPAddress.IPv6Any"/> takes IPv4 as well.</param>
    /// <param name="handler">Handles a connection, which is closed when its task ends. Its exceptions are reported under the connection's name, but for the other end's going away. A token says when it is to end: see <see cref="Server"/>.</param>
    /// <param name="options">How; null is <see cref="ListenOptions.Default"/>.</param>
    /// <returns>The server.</returns>
    /// <exception cref="NetworkException">The address cannot be had; the message says why.</exception>
    public static Server ListenTcp(this MainLoop loop, IPEndPoint address, Func<Connection, LoopTask> handler, ListenOptions? options = null) =>
        ListenTcp(loop, address, ConnectionTaker.Of(handler), options);

    /// <inheritdoc cref="ListenTcp(MainLoop, IPEndPoint, Func{Connection, LoopTask}, ListenOptions?)"/>
    public static Server ListenTcp(this MainLoop loop, IPEndPoint address, Func<Connection, CancellationToken, LoopTask> handler, ListenOptions? options = null) =>
        ListenTcp(loop, address, ConnectionTaker.Of(handler), options);

    /// <summary>Listens for TCP connections, each of which has a protocol of its own.</summary>
    /// <inheritdoc cref="ListenTcp(MainLoop, IPEndPoint, Func{Connection, LoopTask}, ListenOptions?)"/>
    /// <param name="protocols">Makes the protocol of a connection.</param>
    public static Server ListenTcp(this MainLoop loop, IPEndPoint address, Func<ConnectionProtocol> protocols, ListenOptions? options = null) =>
        ListenTcp(loop, address, ConnectionTaker.Of(protocols), options);

    /// <summary>Listens on all addresses of a host's name.</summary>
    /// <inheritdoc cref="ListenTcp(MainLoop, IPEndPoint, Func{Connection, LoopTask}, ListenOptions?)"/>
    /// <param name="host">A name or an address of this machine.</param>
    /// <param name="port">The port; 0 lets the system choose one for each address.</param>
    public static LoopTask<Server> ListenTcp(this MainLoop loop, string host, int port, Func<Connection, LoopTask> handler, ListenOptions? options = null) =>
        ListenTcp(loop, host, port, ConnectionTaker.Of(handler), options ?? ListenOptions.Default);

    /// <inheritdoc cref="ListenTcp(MainLoop, string, int, Func{Connection, LoopTask}, ListenOptions?)"/>
    public static LoopTask<Server> ListenTcp(this MainLoop loop, string host, int port, Func<Connection, CancellationToken, LoopTask> handler, ListenOptions? options = null) =>
        ListenTcp(loop, host, port, ConnectionTaker.Of(handler), options ?? ListenOptions.Default);

    /// <inheritdoc cref="ListenTcp(MainLoop, string, int, Func{Connection, LoopTask}, ListenOptions?)"/>
    /// <param name="protocols">Makes the protocol of a connection.</param>
    public static LoopTask<Server> ListenTcp(this MainLoop loop, string host, int port, Func<ConnectionProtocol> protocols, ListenOptions? options = null) =>
        ListenTcp(loop, host, port, ConnectionTaker.Of(protocols), options ?? ListenOptions.Default);

    /// <summary>Listens on a Unix socket. A socket file that a killed server has left is replaced, one in use is not; closing removes it.</summary>
    /// <inheritdoc cref="ListenTcp(MainLoop, IPEndPoint, Func{Connection, LoopTask}, ListenOptions?)"/>
    /// <param name="path">Its path; one that begins with NUL or <c>@</c> is a name of the abstract namespace (unix(7)).</param>
    public static Server ListenUnix(this MainLoop loop, string path, Func<Connection, LoopTask> handler, ListenOptions? options = null) =>
        ListenUnix(loop, path, ConnectionTaker.Of(handler), options);

    /// <inheritdoc cref="ListenUnix(MainLoop, string, Func{Connection, LoopTask}, ListenOptions?)"/>
    public static Server ListenUnix(this MainLoop loop, string path, Func<Connection, CancellationToken, LoopTask> handler, ListenOptions? options = null) =>
        ListenUnix(loop, path, ConnectionTaker.Of(handler), options);

    /// <inheritdoc cref="ListenUnix(MainLoop, string, Func{Connection, LoopTask}, ListenOptions?)"/>
    /// <param name="protocols">Makes the protocol of a connection.</param>
    public static Server ListenUnix(this MainLoop loop, string path, Func<ConnectionProtocol> protocols, ListenOptions? options = null) =>
        ListenUnix(loop, path, ConnectionTaker.Of(protocols), options);

    /// <summary>Serves on a socket that is bound already, such as one that was inherited from systemd. The server owns it from now on.</summary>
    /// <inheritdoc cref="ListenTcp(MainLoop, IPEndPoint, Func{Connection, LoopTask}, ListenOptions?)"/>
    /// <param name="socket">A bound stream socket.</param>
    public static Server Listen(this MainLoop loop, Socket socket, Func<Connection, LoopTask> handler, ListenOptions? options = null) =>
        Listen(loop, socket, ConnectionTaker.Of(handler), options);

    /// <inheritdoc cref="Listen(MainLoop, Socket, Func{Connection, LoopTask}, ListenOptions?)"/>
    public static Server Listen(this MainLoop loop, Socket socket, Func<Connection, CancellationToken, LoopTask> handler, ListenOptions? options = null) =>
        Listen(loop, socket, ConnectionTaker.Of(handler), options);

    /// <inheritdoc cref="Listen(MainLoop, Socket, Func{Connection, LoopTask}, ListenOptions?)"/>
    /// <param name="protocols">Makes the protocol of a connection.</param>
    public static Server Listen(this MainLoop loop, Socket socket, Func<ConnectionProtocol> protocols, ListenOptions? options = null) =>
        Listen(loop, socket, ConnectionTaker.Of(protocols), options);

    private static Server Listen(MainLoop loop, Socket socket, ConnectionTaker taker, ListenOptions? options)
    {
        Check(loop);
        ArgumentNullException.ThrowIfNull(socket);
        socket.Blocking = false;
        var server = new Server(loop, options ?? ListenOptions.Default, taker);
        server.Bind(socket);
        return Begin(server, options ?? ListenOptions.Default);
    }

    private static Server ListenTcp(MainLoop loop, IPEndPoint address, ConnectionTaker taker, ListenOptions? options)
    {
        Check(loop);
        ArgumentNullException.ThrowIfNull(address);
        var server = new Server(loop, options ?? ListenOptions.Default, taker);
        return BindAll(server, [address], options ?? ListenOptions.Default);
    }

    private static async LoopTask<Server> ListenTcp(MainLoop loop, string host, int port, ConnectionTaker taker, ListenOptions options)
    {
        Check(loop);
        IReadOnlyList<IPEndPoint> addresses = await loop.Resolve(host, port);
        return BindAll(new Server(loop, options, taker), addresses.Distinct(), options);
    }

    private static Server BindAll(Server server, IEnumerable<IPEndPoint> addresses, ListenOptions options)
    {
        try
        {
            foreach (IPEndPoint address in addresses)
            {
                server.Bind(BoundSocket(address, options));
            }
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return Begin(server, options);
    }

    // When all of its sockets are bound.
    private static Server Begin(Server server, ListenOptions options)
    {
        try
        {
            if (options.StartServing)
            {
                server.Start();
            }
        }
        catch
        {
            server.Dispose();
            throw;
        }

        return server;
    }

    // By the system's own calls: Socket.Bind would reuse addresses whether asked to or not, and remove the file of a Unix socket whosever it is by then.
    private static unsafe Socket BoundSocket(EndPoint address, ListenOptions options)
    {
        string name = $"listen on {Addresses.Text(address)}";
        (int family, bool isV6) = address.AddressFamily switch
        {
            AddressFamily.InterNetworkV6 => (NetAbi.FamilyInet6, true),
            AddressFamily.InterNetwork => (NetAbi.FamilyInet, false),
            _ => (NetAbi.FamilyUnix, false),
        };
        int descriptor = NetAbi.Socket(family, NetAbi.StreamNonBlocking, 0);
        if (descriptor < 0)
        {
            throw NetworkErrors.MakeLast(name);
        }

        var handle = new SafeSocketHandle(descriptor, ownsHandle: true);
        SocketAddress bytes = address.Serialize();
        fixed (byte* first = bytes.Buffer.Span)
        {
            if ((isV6 && !NetAbi.SetNumber(handle, NetAbi.LevelV6, NetAbi.OnlyV6, options.DualStack ? 0 : 1))
                || (family != NetAbi.FamilyUnix
                    && (!NetAbi.SetNumber(handle, NetAbi.SocketLevel, NetAbi.ReuseAddress, options.ReuseAddress ? 1 : 0)
                        || !NetAbi.SetNumber(handle, NetAbi.SocketLevel, NetAbi.ReusePort, options.ReusePort ? 1 : 0)))
                || (options.ReceiveBuffer is { } receive && !NetAbi.SetNumber(handle, NetAbi.SocketLevel, NetAbi.ReceiveBuffer, receive))
                || (options.SendBuffer is { } send && !NetAbi.SetNumber(handle, NetAbi.SocketLevel, NetAbi.SendBuffer, send))
                || NetAbi.Bind(handle, first, bytes.Size) != 0)
            {
                NetworkException refusal = NetworkErrors.MakeLast(name);
                handle.Dispose();
                throw refusal;
            }
        }

        return new Socket(handle) { Blocking = false };
    }

    private static Server ListenUnix(MainLoop loop, string path, ConnectionTaker taker, ListenOptions? options)
    {
        Check(loop);
        options ??= ListenOptions.Default;
        UnixDomainSocketEndPoint address = UnixPaths.EndPoint(path);
        bool isAbstract = UnixPaths.IsAbstract(path);
        UnixPaths.RemoveStale(path);
        Socket socket = BoundSocket(address, options);
        UnixSocketFile? file = isAbstract ? null : UnixSocketFile.At(path);
        try
        {
            if (options.FileMode is { } mode && file is not null && OperatingSystem.IsLinux())
            {
                File.SetUnixFileMode(path, mode);
            }
        }
        catch
        {
            file?.Remove();
            socket.Dispose();
            throw;
        }

        var server = new Server(loop, options, taker);
        server.Bind(socket, path, options.RemoveFile ? file : null);
        return Begin(server, options);
    }
}
