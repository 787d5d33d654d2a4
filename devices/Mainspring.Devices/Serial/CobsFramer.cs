namespace Mainspring.Devices;

/// <summary>Finds and decodes COBS frames.</summary>
public sealed class CobsFramer : SerialFramer
{
    /// <summary>A framer.</summary>
    /// <param name="framing">The limit.</param>
    public CobsFramer(CobsFraming framing)
        : base(framing?.MaxLength ?? throw new ArgumentNullException(nameof(framing)), Cobs.MaxEncodedLength(framing.MaxLength))
    {
    }

    /// <inheritdoc/>
    public override FramedKind Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message, out long length)
    {
        while (!input.IsEmpty)
        {
            int end = input.IndexOf((byte)0);
            Keep(end < 0 ? input : input[..end]);
            input = end < 0 ? default : input[(end + 1)..];
            if (end < 0)
            {
                break;
            }

            if (Length > 0)
            {
                return Finish(out message, out length);
            }
        }

        return NoMessage(out message, out length);
    }

    private FramedKind Finish(out ReadOnlySpan<byte> message, out long length)
    {
        message = default;
        length = Length;
        bool isGarbled = IsGarbled;
        if (length <= Kept.Length)
        {
            int decoded = Decode(Kept);
            isGarbled |= decoded < 0;
            length = decoded < 0 ? length : decoded;
            message = Kept[..Math.Max(0, decoded)];
        }

        Reset();
        return Judge(length, isGarbled, ref message);
    }

    // In place: what is decoded is never longer. Negative when a block is longer than what there is.
    private static int Decode(Span<byte> frame)
    {
        int to = 0;
        for (int from = 0; from < frame.Length;)
        {
            int block = frame[from++];
            if (from + block - 1 > frame.Length)
            {
                return -1;
            }

            frame.Slice(from, block - 1).CopyTo(frame[to..]);
            from += block - 1;
            to += block - 1;
            if (block != Cobs.LongestBlock && from < frame.Length)
            {
                frame[to++] = 0;
            }
        }

        return to;
    }
}
