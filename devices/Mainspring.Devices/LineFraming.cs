namespace Mainspring.Devices;

/// <summary>
/// Messages are lines: each ends with LF, and a CR before it belongs to the ending. The port emits <see cref="SerialLine"/>, and
/// <see cref="SerialLineTooLong"/> in place of a line over the limit.
/// </summary>
public sealed record LineFraming : SerialFraming
{
    /// <summary>The most bytes that a line may be allowed to have.</summary>
    public const int MaxMaxLength = 1 << 24;

    /// <summary>Lines of up to <paramref name="maxLength"/> bytes.</summary>
    /// <param name="maxLength">The most bytes of a line, its ending not counted; 1 to <see cref="MaxMaxLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public LineFraming(int maxLength)
    {
        MaxLength = maxLength is >= 1 and <= MaxMaxLength
            ? maxLength
            : throw new ArgumentOutOfRangeException(nameof(maxLength), maxLength, $"LineFraming.MaxLength is a number of bytes from 1 to {MaxMaxLength}.");
    }

    /// <summary>The most bytes of a line, its ending not counted.</summary>
    public int MaxLength { get; }
}
