namespace Mainspring.Devices;

/// <summary>A message arrived (with every framing but <see cref="LineFraming"/>, whose messages are <see cref="SerialLine"/>).</summary>
/// <param name="bytes">The message, decoded, and without what marks its ends.</param>
public readonly ref struct SerialMessage(ReadOnlySpan<byte> bytes)
{
    /// <summary>The message, decoded, and without what marks its ends; valid during the handler's call only.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
