namespace Mainspring.Net;

/// <summary>Bytes have come on a connection, before its reader or protocol gets them.</summary>
/// <param name="bytes">The bytes, valid during the call.</param>
public readonly ref struct BytesReceived(ReadOnlySpan<byte> bytes)
{
    /// <summary>The bytes, valid during the call.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
