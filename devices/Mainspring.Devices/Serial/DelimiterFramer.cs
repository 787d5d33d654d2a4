namespace Mainspring.Devices;

/// <summary>Finds messages that end with a sequence of bytes, which may itself arrive in pieces.</summary>
public sealed class DelimiterFramer : SerialFramer
{
    private readonly byte[] _delimiter;
    private readonly byte[] _tail; // the last bytes of the message so far: a delimiter may have begun in them
    private int _tailLength;

    /// <summary>A framer.</summary>
    /// <param name="framing">The delimiter and the limit.</param>
    public DelimiterFramer(DelimiterFraming framing)
        : base(framing?.MaxLength ?? throw new ArgumentNullException(nameof(framing)), framing.MaxLength)
    {
        _delimiter = framing.Delimiter.ToArray();
        _tail = new byte[_delimiter.Length - 1];
    }

    /// <inheritdoc/>
    public override FramedKind Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message, out long length)
    {
        bool isGarbled = IsGarbled;
        if (BegunBefore(input) is var begun and > 0)
        {
            input = input[(_delimiter.Length - begun)..];
            length = Length - begun;
            message = Kept[..(int)Math.Min(length, Kept.Length)];
            Reset();
            return Judge(length, isGarbled, ref message);
        }

        int end = input.IndexOf(_delimiter);
        if (end < 0)
        {
            Keep(input);
            Remember(input);
            input = default;
            return NoMessage(out message, out length);
        }

        message = input[..end];
        input = input[(end + _delimiter.Length)..];
        if (Length > 0)
        {
            Keep(message);
            message = Kept;
        }

        length = Math.Max(Length, message.Length);
        Reset();
        return Judge(length, isGarbled, ref message);
    }

    /// <inheritdoc/>
    public override long Reset()
    {
        _tailLength = 0;
        return base.Reset();
    }

    /// <inheritdoc/>
    public override void AddWrongCharacter()
    {
        base.AddWrongCharacter();
        _tailLength = 0;
    }

    /// <inheritdoc/>
    public override void AddBreak()
    {
        base.AddBreak();
        _tailLength = 0;
    }

    // How many bytes of a delimiter that ends in the input came before it; the one that began first.
    private int BegunBefore(ReadOnlySpan<byte> input)
    {
        for (int begun = _tailLength; begun > 0; begun--)
        {
            if (_tail.AsSpan(_tailLength - begun, begun).SequenceEqual(_delimiter.AsSpan(0, begun)) && input.StartsWith(_delimiter.AsSpan(begun)))
            {
                return begun;
            }
        }

        return 0;
    }

    private void Remember(ReadOnlySpan<byte> input)
    {
        int fromInput = Math.Min(input.Length, _tail.Length);
        int fromTail = Math.Min(_tailLength, _tail.Length - fromInput);
        _tail.AsSpan(_tailLength - fromTail, fromTail).CopyTo(_tail);
        input[^fromInput..].CopyTo(_tail.AsSpan(fromTail));
        _tailLength = fromTail + fromInput;
    }
}
