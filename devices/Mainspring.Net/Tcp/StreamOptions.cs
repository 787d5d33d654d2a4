using System.Net.Sockets;

namespace Mainspring.Net;

/// <summary>Sets the options of a connected TCP socket.</summary>
internal static class StreamOptions
{
    public static void Apply(Socket socket, bool noDelay, bool keepAlive, TimeSpan? keepAliveTime)
    {
        if (socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6) || socket.SocketType != SocketType.Stream)
        {
            return;
        }

        try
        {
            socket.NoDelay = noDelay;
            if (keepAlive)
            {
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                if (keepAliveTime is { } time)
                {
                    socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, Math.Max(1, (int)time.TotalSeconds));
                }
            }
        }
        catch (SocketException)
        {
            // It has gone already, which reading will tell.
        }
    }
}
