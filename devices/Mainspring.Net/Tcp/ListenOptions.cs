using System.Net.Security;

namespace Mainspring.Net;

/// <summary>How a server listens, and what its connections are like.</summary>
public sealed record ListenOptions
{
    /// <summary>The usual ones.</summary>
    public static ListenOptions Default { get; } = new();

    /// <summary>How many connections the kernel makes before they are accepted.</summary>
    public int Backlog { get; init; } = 512;

    /// <summary>Whether the address may be taken while old connections of it linger (SO_REUSEADDR).</summary>
    public bool ReuseAddress { get; init; } = true;

    /// <summary>Whether several sockets may listen on the address, each of which gets a share (SO_REUSEPORT).</summary>
    public bool ReusePort { get; init; }

    /// <summary>Whether a listener on an IPv6 address takes IPv4 as well; of every address (<c>::</c>) this makes one socket of two.</summary>
    public bool DualStack { get; init; } = true;

    /// <summary>The most connections at a time; more wait in the backlog until one ends.</summary>
    public int MaxConnections { get; init; } = int.MaxValue;

    /// <summary>Whether small messages are sent at once (TCP_NODELAY).</summary>
    public bool NoDelay { get; init; } = true;

    /// <summary>Whether the system asks now and then if the other ends are still there (SO_KEEPALIVE).</summary>
    public bool KeepAlive { get; init; }

    /// <summary>After how long in silence it begins to ask (TCP_KEEPIDLE), in whole seconds; null is the system's.</summary>
    public TimeSpan? KeepAliveTime { get; init; }

    /// <summary>After how long it asks again (TCP_KEEPINTVL), in whole seconds; null is the system's.</summary>
    public TimeSpan? KeepAliveInterval { get; init; }

    /// <summary>After how many questions without an answer a connection is lost (TCP_KEEPCNT); null is the system's.</summary>
    public int? KeepAliveCount { get; init; }

    /// <summary>How long bytes that were sent may stay unacknowledged before a connection is lost (TCP_USER_TIMEOUT), in milliseconds; null is the system's, about 15 minutes.</summary>
    public TimeSpan? SendTimeout { get; init; }

    /// <summary>The kernel's buffer for what each connection receives (SO_RCVBUF); null is the system's, which adapts.</summary>
    public int? ReceiveBuffer { get; init; }

    /// <summary>The kernel's buffer for what each connection sends (SO_SNDBUF); null is the system's, which adapts.</summary>
    public int? SendBuffer { get; init; }

    /// <summary>Of a Unix socket: whether closing removes its file, unless another server has put its own there.</summary>
    public bool RemoveFile { get; init; } = true;

    /// <summary>Of a Unix socket: who may connect, such as <c>0660</c>; null leaves it to the process's mask. Set right after the socket file is made.</summary>
    public UnixFileMode? FileMode { get; init; }

    /// <summary>TLS on each connection; null is none.</summary>
    public SslServerAuthenticationOptions? Tls { get; init; }

    /// <summary>The most that a TLS handshake may take.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether listening begins at once; otherwise with <see cref="Server.Start"/>.</summary>
    public bool StartServing { get; init; } = true;
}
