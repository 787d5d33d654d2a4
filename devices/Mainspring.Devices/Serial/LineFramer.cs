namespace Mainspring.Devices;

/// <summary>Finds lines: LF ends one, and a CR before it belongs to the ending.</summary>
public sealed class LineFramer : SerialFramer
{
    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    private bool _endsWithReturn; // the line so far

    /// <summary>A framer.</summary>
    /// <param name="framing">The limit.</param>
    public LineFramer(LineFraming framing)
        : base(Checked(framing).MaxLength, framing.MaxLength)
    {
    }

    /// <inheritdoc/>
    public override FramedKind Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message, out long length)
    {
        int end = input.IndexOf(LineFeed);
        if (end < 0)
        {
            KeepLine(input);
            input = default;
            return NoMessage(out message, out length);
        }

        ReadOnlySpan<byte> piece = input[..end];
        input = input[(end + 1)..];
        bool isGarbled = IsGarbled;
        if (Length == 0)
        {
            message = piece is [.., CarriageReturn] ? piece[..^1] : piece;
            length = message.Length;
        }
        else
        {
            KeepLine(piece);
            length = _endsWithReturn ? Length - 1 : Length;
            message = Kept[..(int)Math.Min(length, Kept.Length)];
        }

        Reset();
        return Judge(length, isGarbled, ref message);
    }

    /// <inheritdoc/>
    public override long Reset()
    {
        _endsWithReturn = false;
        return base.Reset();
    }

    /// <inheritdoc/>
    public override void AddWrongCharacter()
    {
        base.AddWrongCharacter();
        _endsWithReturn = false;
    }

    private static LineFraming Checked(LineFraming framing)
    {
        ArgumentNullException.ThrowIfNull(framing);
        return framing;
    }

    private void KeepLine(ReadOnlySpan<byte> piece)
    {
        if (!piece.IsEmpty)
        {
            Keep(piece);
            _endsWithReturn = piece[^1] == CarriageReturn;
        }
    }
}
