using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

public static partial class Network
{
    /// <summary>Looks up the addresses of a host, on the executor, where it blocks nobody (getaddrinfo(3)). An address is its own answer, at once.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="host">A name or an address.</param>
    /// <param name="port">The port of the answers.</param>
    /// <param name="family">Which kind of addresses; <see cref="AddressFamily.Unspecified"/> takes both.</param>
    /// <param name="cancellationToken">Ends the wait; the look-up itself goes on unheard, for as long as the system takes.</param>
    /// <returns>The addresses in the system's order, at least one. Awaited once.</returns>
    /// <exception cref="NetworkException">There is no such host, or no name server has answered.</exception>
    public static async LoopTask<IReadOnlyList<IPEndPoint>> Resolve(
        this MainLoop loop, string host, int port = 0, AddressFamily family = AddressFamily.Unspecified, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentException.ThrowIfNullOrEmpty(host);
        if (IPAddress.TryParse(host, out IPAddress? literal))
        {
            return family == AddressFamily.Unspecified || literal.AddressFamily == family
                ? [new IPEndPoint(literal, port)]
                : throw new NetworkException($"look up {host}: it is no address of the family {family}.", SocketError.AddressFamilyNotSupported);
        }

        IPAddress[] addresses;
        try
        {
            addresses = await loop.RunInExecutor(() => Dns.GetHostAddresses(host, family), cancellationToken);
        }
        catch (SocketException exception)
        {
            throw new NetworkException(
                $"look up {host}: {exception.Message}; is the name right, and does the name server answer ('getent hosts {host}')?", exception.SocketErrorCode, exception);
        }

        return addresses.Length > 0
            ? Array.ConvertAll(addresses, address => new IPEndPoint(address, port))
            : throw new NetworkException($"look up {host}: it has no address of this family.", SocketError.NoData);
    }

    /// <summary>Looks up the name of an address, and of its port's service, on the executor (getnameinfo(3)).</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="address">The address.</param>
    /// <param name="nameRequired">Whether an address without a name is an error; otherwise its name is itself.</param>
    /// <param name="cancellationToken">Ends the wait; the look-up itself goes on unheard.</param>
    /// <returns>The host's and the service's names. Awaited once.</returns>
    /// <exception cref="NetworkException">The address has no name, or no name server has answered.</exception>
    public static LoopTask<HostName> ResolveName(this MainLoop loop, IPEndPoint address, bool nameRequired = false, CancellationToken cancellationToken = default)
    {
        Check(loop, NamesInstead);
        ArgumentNullException.ThrowIfNull(address);
        return loop.RunInExecutor(() => NameOf(address, nameRequired), cancellationToken);
    }

    private static unsafe HostName NameOf(IPEndPoint address, bool nameRequired)
    {
        const int MostHost = 1025; // NI_MAXHOST
        const int MostService = 32; // NI_MAXSERV
        SocketAddress bytes = address.Serialize();
        byte* host = stackalloc byte[MostHost];
        byte* service = stackalloc byte[MostService];
        fixed (byte* first = bytes.Buffer.Span)
        {
            int error = NetAbi.NameInfo(first, bytes.Size, host, MostHost, service, MostService, nameRequired ? NetAbi.NameRequired : 0);
            return error == 0
                ? new HostName(Text(host), Text(service))
                : throw new NetworkException($"look up the name of {address.Address}: it has none, or the name server does not answer (getnameinfo: {error}).", SocketError.HostNotFound);
        }

        static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
    }
}
