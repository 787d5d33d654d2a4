using System.Net.Sockets;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

/// <summary>The options of a connected TCP socket (tcp(7)).</summary>
internal readonly record struct StreamOptions(
    bool NoDelay, bool KeepAlive, TimeSpan? KeepAliveTime, TimeSpan? KeepAliveInterval, int? KeepAliveCount, TimeSpan? SendTimeout)
{
    public StreamOptions(ConnectOptions options)
        : this(options.NoDelay, options.KeepAlive, options.KeepAliveTime, options.KeepAliveInterval, options.KeepAliveCount, options.SendTimeout)
    {
    }

    public StreamOptions(ListenOptions options)
        : this(options.NoDelay, options.KeepAlive, options.KeepAliveTime, options.KeepAliveInterval, options.KeepAliveCount, options.SendTimeout)
    {
    }

    /// <summary>Sets them. A connection that has gone already refuses, which reading will tell.</summary>
    public void Apply(Socket socket)
    {
        if (socket.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6) || socket.SocketType != SocketType.Stream)
        {
            return;
        }

        Set(NetAbi.LevelTcp, NetAbi.NoDelay, NoDelay ? 1 : null);
        Set(NetAbi.LevelTcp, NetAbi.UserTimeout, (int?)SendTimeout?.TotalMilliseconds);
        if (KeepAlive)
        {
            Set(NetAbi.SocketLevel, NetAbi.KeepAlive, 1);
            Set(NetAbi.LevelTcp, NetAbi.KeepAliveTime, Seconds(KeepAliveTime));
            Set(NetAbi.LevelTcp, NetAbi.KeepAliveInterval, Seconds(KeepAliveInterval));
            Set(NetAbi.LevelTcp, NetAbi.KeepAliveCount, KeepAliveCount);
        }

        static int? Seconds(TimeSpan? time) => time is { } some ? Math.Max(1, (int)some.TotalSeconds) : null;

        void Set(int level, int option, int? value)
        {
            if (value is { } number)
            {
                _ = NetAbi.SetNumber(socket.SafeHandle, level, option, number);
            }
        }
    }
}
