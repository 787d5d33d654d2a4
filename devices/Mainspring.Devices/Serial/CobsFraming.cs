namespace Mainspring.Devices;

/// <summary>
/// Messages are COBS frames (consistent overhead byte stuffing, Cheshire and Baker 1999): a zero byte ends each, and none is within. The port emits
/// <see cref="SerialMessage"/> with the decoded bytes, and <see cref="SerialMessageDropped"/> for what was none. <see cref="Cobs"/> encodes.
/// </summary>
public sealed record CobsFraming : SerialFraming
{
    /// <summary>Messages of up to <paramref name="maxLength"/> bytes.</summary>
    /// <param name="maxLength">The most bytes of a decoded message; 1 to <see cref="SerialFraming.MaxMaxLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public CobsFraming(int maxLength) => MaxLength = CheckedLength(maxLength, nameof(maxLength));

    /// <summary>The most bytes of a decoded message.</summary>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public override SerialFramer CreateFramer() => new CobsFramer(this);
}
