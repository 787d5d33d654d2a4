namespace Mainspring.Devices;

/// <summary>The terminal sent a sequence that means none of the other events, such as the answer to a question that the program asked.</summary>
/// <param name="bytes">The sequence, from its escape on; a very long one comes in pieces. Valid during the call.</param>
public readonly ref struct TerminalUnknown(ReadOnlySpan<byte> bytes)
{
    /// <summary>The sequence, from its escape on; a very long one comes in pieces. Valid during the call.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
