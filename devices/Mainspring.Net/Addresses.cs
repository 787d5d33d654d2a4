using System.Net;
using System.Net.Sockets;

namespace Mainspring.Net;

/// <summary>Addresses as people write them.</summary>
internal static class Addresses
{
    public static string Text(EndPoint? address) => address switch
    {
        null => "?",
        IPEndPoint { Address.IsIPv4MappedToIPv6: true } mapped => $"{mapped.Address.MapToIPv4()}:{mapped.Port}",
        UnixDomainSocketEndPoint unix => unix.ToString() is { Length: > 0 } path ? path : "unnamed",
        _ => address.ToString() ?? "?",
    };

    public static string Text(string host, int port) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{port}" : $"{host}:{port}";

    /// <summary>The name of a connection.</summary>
    public static string Name(EndPoint? address) => address is UnixDomainSocketEndPoint ? $"unix:{Text(address)}" : $"tcp:{Text(address)}";
}
