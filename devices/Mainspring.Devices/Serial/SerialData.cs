namespace Mainspring.Devices;

/// <summary>Bytes arrived: what one read returned. Emitted for every byte that is received, framed or not, and before the lines that it ends.</summary>
/// <param name="bytes">The bytes.</param>
public readonly ref struct SerialData(ReadOnlySpan<byte> bytes)
{
    /// <summary>The bytes, at least one; valid during the handler's call only.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
