namespace Mainspring.Devices;

/// <summary>A line arrived (with <see cref="LineFraming"/>).</summary>
/// <param name="bytes">The line without its ending.</param>
public readonly ref struct SerialLine(ReadOnlySpan<byte> bytes)
{
    /// <summary>The line without its ending (LF, or CR and LF); may be empty; valid during the handler's call only.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
