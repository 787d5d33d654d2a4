namespace Mainspring.Devices;

/// <summary>
/// Messages are SLIP frames (RFC 1055): an END byte (0xC0) ends each, and may begin it; END and ESC (0xDB) within are escaped. The port emits
/// <see cref="SerialMessage"/> with the decoded bytes, and <see cref="SerialMessageDropped"/> for what was none. Empty frames mean nothing. <see cref="Slip"/> encodes.
/// </summary>
public sealed record SlipFraming : SerialFraming
{
    /// <summary>Messages of up to <paramref name="maxLength"/> bytes.</summary>
    /// <param name="maxLength">The most bytes of a decoded message; 1 to <see cref="SerialFraming.MaxMaxLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public SlipFraming(int maxLength) => MaxLength = CheckedLength(maxLength, nameof(maxLength));

    /// <summary>The most bytes of a decoded message.</summary>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public override SerialFramer CreateFramer() => new SlipFramer(this);
}
