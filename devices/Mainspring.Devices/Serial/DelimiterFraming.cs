namespace Mainspring.Devices;

/// <summary>Messages end with a sequence of bytes. The port emits <see cref="SerialMessage"/>, and <see cref="SerialMessageDropped"/> in place of one over the limit.</summary>
public sealed record DelimiterFraming : SerialFraming
{
    /// <summary>The most bytes of a delimiter.</summary>
    public const int MaxDelimiterLength = 16;

    private readonly byte[] _delimiter;

    /// <summary>Messages of up to <paramref name="maxLength"/> bytes, each followed by the delimiter.</summary>
    /// <param name="delimiter">1 to <see cref="MaxDelimiterLength"/> bytes; they are copied.</param>
    /// <param name="maxLength">The most bytes of a message, its delimiter not counted; 1 to <see cref="SerialFraming.MaxMaxLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    /// <exception cref="ArgumentException">The delimiter is empty or too long.</exception>
    public DelimiterFraming(ReadOnlySpan<byte> delimiter, int maxLength)
    {
        if (delimiter.IsEmpty || delimiter.Length > MaxDelimiterLength)
        {
            throw new ArgumentException($"A delimiter has 1 to {MaxDelimiterLength} bytes; this one has {delimiter.Length}.", nameof(delimiter));
        }

        _delimiter = delimiter.ToArray();
        MaxLength = CheckedLength(maxLength, nameof(maxLength));
    }

    /// <summary>What ends a message.</summary>
    public ReadOnlySpan<byte> Delimiter => _delimiter;

    /// <summary>The most bytes of a message, its delimiter not counted.</summary>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public override SerialFramer CreateFramer() => new DelimiterFramer(this);
}
