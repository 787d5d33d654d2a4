using System.Net;
using System.Net.Sockets;

namespace Mainspring.Net;

public static partial class Network
{
    /// <summary>Connects to a host by TCP: looks its name up, tries its addresses (RFC 8305), and makes TLS when <see cref="ConnectOptions.Tls"/> says so.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">The port.</param>
    /// <param name="options">How; null is <see cref="ConnectOptions.Default"/>.</param>
    /// <param name="protocol">Who is told of its bytes; null for a connection that is read with <c>await</c>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The connection. Awaited once.</returns>
    /// <exception cref="NetworkException">There is no such host, or none of its addresses has answered; the message names each, and why.</exception>
    /// <exception cref="TimeoutException"><see cref="ConnectOptions.Timeout"/> has passed.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">TLS: the other end's certificate is refused; the message says why.</exception>
    public static LoopTask<Connection> ConnectTcp(
        this MainLoop loop, string host, int port, ConnectOptions? options = null, ConnectionProtocol? protocol = null, CancellationToken cancellationToken = default)
    {
        Check(loop);
        ArgumentException.ThrowIfNullOrEmpty(host);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)port, 65535u, nameof(port));
        options ??= ConnectOptions.Default;
        string target = Addresses.Text(host, port);
        return Limited(
            loop,
            async cancellation =>
            {
                IReadOnlyList<IPEndPoint> addresses = await loop.Resolve(host, port, options.Family, cancellation);
                return await Connect(loop, target, host, [.. addresses], options, protocol, cancellation);
            },
            target,
            options,
            cancellationToken);
    }

    /// <summary>Connects to an address by TCP.</summary>
    /// <inheritdoc cref="ConnectTcp(MainLoop, string, int, ConnectOptions?, ConnectionProtocol?, CancellationToken)"/>
    /// <param name="address">The address.</param>
    public static LoopTask<Connection> ConnectTcp(
        this MainLoop loop, IPEndPoint address, ConnectOptions? options = null, ConnectionProtocol? protocol = null, CancellationToken cancellationToken = default)
    {
        Check(loop);
        ArgumentNullException.ThrowIfNull(address);
        options ??= ConnectOptions.Default;
        string target = Addresses.Text(address);
        return Limited(
            loop, cancellation => Connect(loop, target, address.Address.ToString(), [address], options, protocol, cancellation), target, options, cancellationToken);
    }

    /// <summary>Connects to a Unix socket.</summary>
    /// <inheritdoc cref="ConnectTcp(MainLoop, string, int, ConnectOptions?, ConnectionProtocol?, CancellationToken)"/>
    /// <param name="path">Its path; one that begins with NUL or <c>@</c> is a name of the abstract namespace (unix(7)).</param>
    public static LoopTask<Connection> ConnectUnix(
        this MainLoop loop, string path, ConnectOptions? options = null, ConnectionProtocol? protocol = null, CancellationToken cancellationToken = default)
    {
        Check(loop);
        options ??= ConnectOptions.Default;
        UnixDomainSocketEndPoint address = UnixPaths.EndPoint(path);
        return Limited(loop, cancellation => Connect(loop, path, "localhost", [address], options, protocol, cancellation), path, options, cancellationToken);
    }

    /// <summary>Makes a connection of a socket that is connected already. The connection owns it from now on; it must not be used elsewhere.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="socket">A connected stream socket that was never used asynchronously.</param>
    /// <param name="protocol">Who is told of its bytes; null for a connection that is read with <c>await</c>.</param>
    /// <returns>The connection.</returns>
    /// <exception cref="ArgumentException">It is no connected stream socket.</exception>
    public static Connection FromSocket(this MainLoop loop, Socket socket, ConnectionProtocol? protocol = null)
    {
        Check(loop);
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.SocketType != SocketType.Stream || !socket.Connected)
        {
            throw new ArgumentException("FromSocket takes a connected stream socket.", nameof(socket));
        }

        var channel = new SocketChannel(socket);
        return new DescriptorConnection(loop, Addresses.Name(channel.RemoteEndPoint), channel).Start(protocol);
    }

    private static async LoopTask<Connection> Connect(
        MainLoop loop, string target, string host, EndPoint[] addresses, ConnectOptions options, ConnectionProtocol? protocol, CancellationToken cancellationToken)
    {
        EndPoint[] usable = options.LocalEndPoint is { } local
            ? [.. addresses.Where(address => address is not IPEndPoint || address.AddressFamily == local.AddressFamily)]
            : addresses;
        if (usable.Length == 0)
        {
            throw new NetworkException($"connect to {target}: it has no address of the family of {options.LocalEndPoint}.", SocketError.AddressFamilyNotSupported);
        }

        SafeSocketHandle socket = await new HappyEyeballs(loop, target, usable, options).Connect(cancellationToken);
        SocketChannel channel = SocketChannel.Own(socket);
        new StreamOptions(options).Apply(channel.Socket);
        var connection = new DescriptorConnection(loop, Addresses.Name(usable[0] is UnixDomainSocketEndPoint ? usable[0] : channel.RemoteEndPoint), channel);
        if (options.Tls is not { } tls)
        {
            return connection.Start(protocol);
        }

        connection.Start(null);
        return await TlsConnection.Connect(connection, TlsDefaults.For(tls, host), protocol, cancellationToken);
    }

    private static async LoopTask<Connection> Limited(
        MainLoop loop, Func<CancellationToken, LoopTask<Connection>> connect, string target, ConnectOptions options, CancellationToken cancellationToken)
    {
        if (options.Timeout == Timeout.InfiniteTimeSpan)
        {
            return await connect(cancellationToken);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        TimerHandle timer = loop.CallLater(options.Timeout, static limit => limit.Cancel(), limit);
        try
        {
            return await connect(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"connect to {target}: no answer in {options.Timeout.TotalSeconds:0.###} s; is the host up, and is no firewall in between?");
        }
        finally
        {
            timer.Cancel();
        }
    }
}
