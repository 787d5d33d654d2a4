namespace Mainspring.Devices;

/// <summary>
/// Cuts a stream of bytes into lines, however it arrives. LF ends a line, a CR before it belongs to the ending; a line over the limit is dropped
/// up to its LF and reported there, once. Bounded memory; allocates nothing after its construction. Not safe for several threads.
/// </summary>
public sealed class LineFramer
{
    private const byte LineFeed = (byte)'\n';
    private const byte CarriageReturn = (byte)'\r';

    private readonly byte[] _start; // of a line whose end has not come; one more than the limit, for the CR
    private readonly int _maxLength;
    private long _length;           // of that line so far, its CR included; beyond _start.Length only counted
    private bool _endsWithReturn;   // its last byte so far

    /// <summary>A framer.</summary>
    /// <param name="framing">The limit.</param>
    public LineFramer(LineFraming framing)
    {
        ArgumentNullException.ThrowIfNull(framing);
        _maxLength = framing.MaxLength;
        _start = new byte[_maxLength + 1];
    }

    /// <summary>Bytes of the line whose end has not come yet.</summary>
    public long PendingBytes => _length;

    /// <summary>Looks for the next end of a line.</summary>
    /// <param name="input">In: what arrived. Out: what is left of it.</param>
    /// <param name="line">The line without its ending; it points into the input or into the framer, and is valid until the next call.</param>
    /// <param name="length">The length of the line, its ending not counted, too long ones included.</param>
    /// <returns>What was found; <see cref="FramedKind.None"/> means that all input is used up.</returns>
    public FramedKind Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> line, out long length)
    {
        int end = input.IndexOf(LineFeed);
        if (end < 0)
        {
            Keep(input);
            input = default;
            line = default;
            length = 0;
            return FramedKind.None;
        }

        ReadOnlySpan<byte> piece = input[..end];
        input = input[(end + 1)..];
        if (_length == 0)
        {
            line = piece is [.., CarriageReturn] ? piece[..^1] : piece;
            length = line.Length;
        }
        else
        {
            Keep(piece);
            length = _endsWithReturn ? _length - 1 : _length;
            line = _start.AsSpan(0, (int)Math.Min(length, _maxLength));
            Reset();
        }

        if (length <= _maxLength)
        {
            return FramedKind.Message;
        }

        line = default;
        return FramedKind.TooLong;
    }

    /// <summary>Drops the line whose end has not come.</summary>
    /// <returns>How many bytes of it had arrived.</returns>
    public long Reset()
    {
        long dropped = _length;
        _length = 0;
        _endsWithReturn = false;
        return dropped;
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        if (piece.IsEmpty)
        {
            return;
        }

        if (_length < _start.Length)
        {
            int room = _start.Length - (int)_length;
            piece[..Math.Min(room, piece.Length)].CopyTo(_start.AsSpan((int)_length));
        }

        _length += piece.Length;
        _endsWithReturn = piece[^1] == CarriageReturn;
    }
}
