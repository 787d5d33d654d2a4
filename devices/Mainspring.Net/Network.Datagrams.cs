using System.Net;
using System.Net.Sockets;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

public static partial class Network
{
    /// <summary>Opens a UDP endpoint.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="options">With which addresses; null is one that the system chooses, for IPv4.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="NetworkException">The address cannot be had; the message says why.</exception>
    public static DatagramEndpoint OpenUdp(this MainLoop loop, DatagramOptions? options = null)
    {
        Check(loop);
        options ??= new DatagramOptions();
        AddressFamily family = (options.LocalEndPoint ?? options.RemoteEndPoint)?.AddressFamily ?? AddressFamily.InterNetwork;
        IPEndPoint local = options.LocalEndPoint ?? new IPEndPoint(family == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            NetAbi.SetNumber(socket.SafeHandle, NetAbi.SocketLevel, NetAbi.ReuseAddress, options.ReuseAddress ? 1 : 0);
            NetAbi.SetNumber(socket.SafeHandle, NetAbi.SocketLevel, NetAbi.ReusePort, options.ReusePort ? 1 : 0);
            socket.EnableBroadcast = options.Broadcast;
            bool isV6 = family == AddressFamily.InterNetworkV6;
            SocketOptionLevel level = isV6 ? SocketOptionLevel.IPv6 : SocketOptionLevel.IP;
            if (options.MulticastHops is { } hops)
            {
                socket.SetSocketOption(level, SocketOptionName.MulticastTimeToLive, hops);
            }

            if (!options.MulticastLoopback)
            {
                socket.SetSocketOption(level, SocketOptionName.MulticastLoopback, 0);
            }

            if (options.MulticastInterface is { } by)
            {
                socket.SetSocketOption(level, SocketOptionName.MulticastInterface, isV6 ? (int)by.ScopeId : BitConverter.ToInt32(by.GetAddressBytes()));
            }

            socket.Bind(local);
            if (options.RemoteEndPoint is { } remote)
            {
                socket.Connect(remote); // of UDP it only notes the address, and never waits
            }
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw NetworkErrors.Make($"open UDP on {Addresses.Text(local)}", exception.SocketErrorCode);
        }

        return Start(loop, socket, options);
    }

    /// <summary>Makes a UDP endpoint of a socket that is bound already. The endpoint owns it from now on; it must not be used elsewhere.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="socket">A bound UDP socket that was never used asynchronously. One that is connected talks only with that address.</param>
    /// <returns>The endpoint.</returns>
    /// <exception cref="ArgumentException">It is no bound UDP socket.</exception>
    public static DatagramEndpoint OpenUdp(this MainLoop loop, Socket socket)
    {
        Check(loop);
        ArgumentNullException.ThrowIfNull(socket);
        if (socket.SocketType != SocketType.Dgram || socket.LocalEndPoint is not IPEndPoint)
        {
            throw new ArgumentException("OpenUdp takes a bound UDP socket.", nameof(socket));
        }

        socket.Blocking = false;
        return Start(loop, socket, new DatagramOptions { RemoteEndPoint = socket.Connected ? (IPEndPoint?)socket.RemoteEndPoint : null });
    }

    private static DatagramEndpoint Start(MainLoop loop, Socket socket, DatagramOptions options)
    {
        DatagramEndpoint endpoint = new DatagramEndpoint(loop, socket, options).Start();
        try
        {
            foreach (IPAddress group in options.Groups)
            {
                endpoint.Join(group);
            }
        }
        catch
        {
            endpoint.Dispose();
            throw;
        }

        return endpoint;
    }
}
