namespace Mainspring.Devices;

/// <summary>
/// Cuts a stream of bytes into messages, however it arrives, and finds its way back after noise: a message that is too long or garbled is reported at its
/// end, once, in place of the message. Bounded memory; allocates nothing after its construction. Not safe for several threads.
/// </summary>
public abstract class SerialFramer
{
    private readonly byte[] _kept; // of a message whose end has not come

    private protected SerialFramer(int maxLength, int capacity)
    {
        MaxLength = maxLength;
        _kept = new byte[capacity];
    }

    /// <summary>The most bytes of a message.</summary>
    public int MaxLength { get; }

    /// <summary>Bytes of the message whose end has not come yet, and of garbage that is not reported yet.</summary>
    public virtual long PendingBytes => Length;

    // Beyond what is kept it is only counted.
    private protected long Length { get; private set; }

    private protected bool IsGarbled { get; set; }

    private protected Span<byte> Kept => _kept.AsSpan(0, (int)Math.Min(Length, _kept.Length));

    /// <summary>Looks for the next end of a message.</summary>
    /// <param name="input">In: what arrived. Out: what is left of it.</param>
    /// <param name="message">The message without what marks its ends; it points into the input or into the framer, and is valid until the next call.</param>
    /// <param name="length">The bytes of the message, those of a dropped one included.</param>
    /// <returns>What was found; <see cref="FramedKind.None"/> means that all input is used up.</returns>
    public abstract FramedKind Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message, out long length);

    /// <summary>Drops the message whose end has not come.</summary>
    /// <returns>How many bytes of it had arrived.</returns>
    public virtual long Reset()
    {
        long dropped = Length;
        Length = 0;
        IsGarbled = false;
        return dropped;
    }

    /// <summary>A character arrived whose check bit or stop bit was wrong: it takes its place in the message, and garbles it.</summary>
    public virtual void AddWrongCharacter()
    {
        Keep([0]);
        IsGarbled = true;
    }

    /// <summary>The line was broken: what had arrived of a message is garbled.</summary>
    public virtual void AddBreak() => IsGarbled |= Length > 0;

    private protected void Keep(ReadOnlySpan<byte> piece)
    {
        if (Length < _kept.Length)
        {
            int room = _kept.Length - (int)Length;
            piece[..Math.Min(room, piece.Length)].CopyTo(_kept.AsSpan((int)Length));
        }

        Length += piece.Length;
    }

    private protected void Keep(byte one) => Keep([one]);

    // The verdict on a message that has ended, of that many bytes.
    private protected FramedKind Judge(long length, bool isGarbled, ref ReadOnlySpan<byte> message)
    {
        FramedKind kind = isGarbled ? FramedKind.Garbled : length > MaxLength ? FramedKind.TooLong : FramedKind.Message;
        message = kind == FramedKind.Message ? message : default;
        return kind;
    }

    private protected static FramedKind NoMessage(out ReadOnlySpan<byte> message, out long length)
    {
        message = default;
        length = 0;
        return FramedKind.None;
    }
}
