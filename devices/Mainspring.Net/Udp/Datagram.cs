namespace Mainspring.Net;

/// <summary>A datagram has come.</summary>
public readonly ref struct Datagram
{
    internal Datagram(ReadOnlySpan<byte> bytes, DatagramAddress from)
    {
        Bytes = bytes;
        From = from;
    }

    /// <summary>The datagram, valid during the call.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>From where it came.</summary>
    public DatagramAddress From { get; }
}
