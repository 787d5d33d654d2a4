using System.Net;

namespace Mainspring.Net;

/// <summary>How a UDP endpoint is made.</summary>
public sealed record DatagramOptions
{
    /// <summary>Which address and port of this machine; null lets the system choose.</summary>
    public IPEndPoint? LocalEndPoint { get; init; }

    /// <summary>The only one to talk with; others are not heard, and its refusals are told. Null talks with anybody.</summary>
    public IPEndPoint? RemoteEndPoint { get; init; }

    /// <summary>Whether datagrams may go to everybody in the network (SO_BROADCAST).</summary>
    public bool Broadcast { get; init; }

    /// <summary>Whether several endpoints may have the same address, as listeners of a multicast group do (SO_REUSEADDR).</summary>
    public bool ReuseAddress { get; init; }

    /// <summary>Whether several sockets share the address, each of which gets a share (SO_REUSEPORT).</summary>
    public bool ReusePort { get; init; }

    /// <summary>Multicast groups to listen to, from the start on.</summary>
    public IReadOnlyList<IPAddress> Groups { get; init; } = [];

    /// <summary>How many networks a multicast goes through (IP_MULTICAST_TTL); null is the system's, which is 1.</summary>
    public int? MulticastHops { get; init; }

    /// <summary>By which network multicasts are sent and groups are joined: an address of this machine in it (IP_MULTICAST_IF), for IPv6 one with a scope; null is the system's choice.</summary>
    public IPAddress? MulticastInterface { get; init; }

    /// <summary>Whether listeners of this machine hear multicasts that are sent here (IP_MULTICAST_LOOP).</summary>
    public bool MulticastLoopback { get; init; } = true;

    /// <summary>How many bytes of datagrams wait when the system takes none; what comes then is dropped, and counted as lost.</summary>
    public int SendQueue { get; init; } = 256 * 1024;
}
