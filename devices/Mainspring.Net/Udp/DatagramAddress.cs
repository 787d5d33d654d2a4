using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring.Net;

/// <summary>From where a datagram came, or where it is to go: an address and a port, without memory of its own. Worth comparing, keeping, and answering to.</summary>
public readonly struct DatagramAddress : IEquatable<DatagramAddress>
{
    internal const int Size = 28; // struct sockaddr_in6, the longest of them

    private readonly Bytes _bytes; // as the system has them
    private readonly int _length;

    /// <summary>An address.</summary>
    /// <param name="address">The address and port.</param>
    public DatagramAddress(IPEndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        SocketAddress bytes = address.Serialize();
        _length = Math.Min(bytes.Size, Size);
        bytes.Buffer.Span[.._length].CopyTo(_bytes);
    }

    internal DatagramAddress(ReadOnlySpan<byte> bytes)
    {
        _length = bytes.Length;
        bytes.CopyTo(_bytes);
    }

    /// <summary>Whether it is no address, as of a datagram's error that has none.</summary>
    public bool IsEmpty => _length == 0;

    [UnscopedRef]
    internal ReadOnlySpan<byte> Span => ((ReadOnlySpan<byte>)_bytes)[.._length];

    /// <summary>The address as the framework has it. Allocates.</summary>
    /// <returns>The address; null when it is empty.</returns>
    public IPEndPoint? ToEndPoint()
    {
        if (_length == 0)
        {
            return null;
        }

        bool isV6 = MemoryMarshal.Read<ushort>(Span) == Linux.NetAbi.FamilyInet6;
        var bytes = new SocketAddress(isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork, Math.Max(_length, 16));
        Span.CopyTo(bytes.Buffer.Span);
        return (IPEndPoint)new IPEndPoint(isV6 ? IPAddress.IPv6Any : IPAddress.Any, 0).Create(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(DatagramAddress other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DatagramAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => Addresses.Text(ToEndPoint());

    /// <summary>Whether both are the same address and port.</summary>
    public static bool operator ==(DatagramAddress left, DatagramAddress right) => left.Equals(right);

    /// <summary>Whether they differ.</summary>
    public static bool operator !=(DatagramAddress left, DatagramAddress right) => !left.Equals(right);

    [InlineArray(Size)]
    private struct Bytes
    {
        private byte _first;
    }
}
