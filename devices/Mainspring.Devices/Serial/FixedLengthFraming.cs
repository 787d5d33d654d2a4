namespace Mainspring.Devices;

/// <summary>
/// Messages have one length, and may begin with known bytes, by which the port finds their beginning again after noise. It emits <see cref="SerialMessage"/>, and
/// <see cref="SerialMessageDropped"/> for what was no message. Without known bytes, only a break tells where a message begins.
/// </summary>
public sealed record FixedLengthFraming : SerialFraming
{
    private readonly byte[] _start;

    /// <summary>Messages of <paramref name="length"/> bytes.</summary>
    /// <param name="length">The bytes of a message, with those that it begins with; 1 to <see cref="SerialFraming.MaxMaxLength"/>.</param>
    /// <param name="start">What every message begins with; may be empty.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is out of range.</exception>
    /// <exception cref="ArgumentException">The start is longer than a message.</exception>
    public FixedLengthFraming(int length, ReadOnlySpan<byte> start = default)
    {
        Length = CheckedLength(length, nameof(length));
        _start = start.Length <= length
            ? start.ToArray()
            : throw new ArgumentException($"A message of {length} bytes cannot begin with {start.Length}.", nameof(start));
    }

    /// <summary>The bytes of a message.</summary>
    public int Length { get; }

    /// <summary>What every message begins with; may be empty.</summary>
    public ReadOnlySpan<byte> Start => _start;

    /// <inheritdoc/>
    public override SerialFramer CreateFramer() => new FixedLengthFramer(this);
}
