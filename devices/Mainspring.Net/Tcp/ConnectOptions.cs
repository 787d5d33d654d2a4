using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace Mainspring.Net;

/// <summary>How a connection is made.</summary>
public sealed record ConnectOptions
{
    /// <summary>The usual ones.</summary>
    public static ConnectOptions Default { get; } = new();

    /// <summary>The most that all of it may take: the look-up of the name, the attempts, the TLS handshake. <see cref="Timeout.InfiniteTimeSpan"/> leaves it to the system.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long one address is tried alone before the next is tried beside it (RFC 8305: 250 ms). Infinite tries one after the other.</summary>
    public TimeSpan AttemptDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Which kind of addresses; <see cref="AddressFamily.Unspecified"/> takes both, IPv6 and IPv4 by turns.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;

    /// <summary>From which address of this machine; null leaves it to the system. Remote addresses of another family are not tried.</summary>
    public IPEndPoint? LocalEndPoint { get; init; }

    /// <summary>Whether small messages are sent at once (TCP_NODELAY).</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>Whether the system asks now and then if the other end is still there (SO_KEEPALIVE).</summary>
    public bool KeepAlive { get; init; }

    /// <summary>After how long in silence it begins to ask (TCP_KEEPIDLE), in whole seconds; null is the system's.</summary>
    public TimeSpan? KeepAliveTime { get; init; }

    /// <summary>After how long it asks again (TCP_KEEPINTVL), in whole seconds; null is the system's.</summary>
    public TimeSpan? KeepAliveInterval { get; init; }

    /// <summary>After how many questions without an answer the connection is lost (TCP_KEEPCNT); null is the system's.</summary>
    public int? KeepAliveCount { get; init; }

    /// <summary>How long bytes that were sent may stay unacknowledged before the connection is lost (TCP_USER_TIMEOUT), in milliseconds; null is the system's, about 15 minutes.</summary>
    public TimeSpan? SendTimeout { get; init; }

    /// <summary>The kernel's buffer for what is received (SO_RCVBUF); null is the system's, which adapts.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>The kernel's buffer for what is sent (SO_SNDBUF); null is the system's, which adapts.</summary>
    public int? SendBuffer { get; init; }

    /// <summary>TLS on it: null is none. <c>new()</c> takes the host's name and the system's trust. See <see cref="Connection.StartTls(SslClientAuthenticationOptions, CancellationToken)"/>.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }
}
