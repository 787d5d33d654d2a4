namespace Mainspring.Devices;

/// <summary>Finds and decodes SLIP frames (RFC 1055).</summary>
public sealed class SlipFramer : SerialFramer
{
    private bool _isEscaped; // the last byte was an ESC

    /// <summary>A framer.</summary>
    /// <param name="framing">The limit.</param>
    public SlipFramer(SlipFraming framing)
        : base(framing?.MaxLength ?? throw new ArgumentNullException(nameof(framing)), framing.MaxLength)
    {
    }

    /// <inheritdoc/>
    public override FramedKind Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message, out long length)
    {
        while (!input.IsEmpty)
        {
            if (_isEscaped)
            {
                Unescape(input[0]);
                input = input[0] == Slip.End ? input : input[1..]; // a wrong escape does not hide the end
                continue;
            }

            int special = input.IndexOfAny(Slip.End, Slip.Escape);
            ReadOnlySpan<byte> piece = special < 0 ? input : input[..special];
            if (special >= 0 && input[special] == Slip.End)
            {
                input = input[(special + 1)..];
                if (Length + piece.Length == 0 && !IsGarbled)
                {
                    continue; // nothing stands between two ends
                }

                return Finish(piece, out message, out length);
            }

            Keep(piece);
            _isEscaped = special >= 0;
            input = special < 0 ? default : input[(special + 1)..];
        }

        return NoMessage(out message, out length);
    }

    /// <inheritdoc/>
    public override long Reset()
    {
        _isEscaped = false;
        return base.Reset();
    }

    /// <inheritdoc/>
    public override void AddWrongCharacter()
    {
        _isEscaped = false;
        base.AddWrongCharacter();
    }

    /// <inheritdoc/>
    public override void AddBreak()
    {
        IsGarbled |= _isEscaped;
        _isEscaped = false;
        base.AddBreak();
    }

    private FramedKind Finish(ReadOnlySpan<byte> piece, out ReadOnlySpan<byte> message, out long length)
    {
        message = piece;
        if (Length > 0)
        {
            Keep(piece);
            message = Kept;
        }

        length = Math.Max(Length, message.Length);
        bool isGarbled = IsGarbled;
        Reset();
        return Judge(length, isGarbled, ref message);
    }

    private void Unescape(byte one)
    {
        _isEscaped = false;
        switch (one)
        {
            case Slip.EscapedEnd:
                Keep(Slip.End);
                break;
            case Slip.EscapedEscape:
                Keep(Slip.Escape);
                break;
            default:
                IsGarbled = true;
                break;
        }
    }
}
