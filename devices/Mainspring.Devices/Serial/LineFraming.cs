namespace Mainspring.Devices;

/// <summary>
/// Messages are lines: each ends with LF, and a CR before it belongs to the ending. The port emits <see cref="SerialLine"/>, <see cref="SerialLineTooLong"/> in
/// place of a line over the limit, and <see cref="SerialMessageDropped"/> in place of one into which a break or a wrong character fell.
/// </summary>
public sealed record LineFraming : SerialFraming
{
    /// <summary>Lines of up to <paramref name="maxLength"/> bytes.</summary>
    /// <param name="maxLength">The most bytes of a line, its ending not counted; 1 to <see cref="SerialFraming.MaxMaxLength"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is out of range.</exception>
    public LineFraming(int maxLength) => MaxLength = CheckedLength(maxLength, nameof(maxLength));

    /// <summary>The most bytes of a line, its ending not counted.</summary>
    public int MaxLength { get; }

    /// <inheritdoc/>
    public override SerialFramer CreateFramer() => new LineFramer(this);
}
