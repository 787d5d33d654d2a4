namespace Mainspring.Devices;

/// <summary>Finds messages of one length, by the bytes that they begin with if there are such.</summary>
public sealed class FixedLengthFramer : SerialFramer
{
    private readonly byte[] _start;
    private readonly int[] _fallback; // how much of a start that went wrong after i + 1 bytes may be another start
    private long _skipped;            // garbage that is not reported yet

    /// <summary>A framer.</summary>
    /// <param name="framing">The length, and what a message begins with.</param>
    public FixedLengthFramer(FixedLengthFraming framing)
        : base(framing?.Length ?? throw new ArgumentNullException(nameof(framing)), framing.Length)
    {
        _start = framing.Start.ToArray();
        _fallback = new int[_start.Length];
        for (int i = 1, matched = 0; i < _start.Length; i++)
        {
            while (matched > 0 && _start[matched] != _start[i])
            {
                matched = _fallback[matched - 1];
            }

            matched += _start[matched] == _start[i] ? 1 : 0;
            _fallback[i] = matched;
        }
    }

    /// <inheritdoc/>
    public override long PendingBytes => Length + _skipped;

    /// <inheritdoc/>
    public override FramedKind Read(scoped ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> message, out long length)
    {
        if (Length < _start.Length && !FindStart(ref input))
        {
            return NoMessage(out message, out length);
        }

        if (_skipped > 0 && (_start.Length > 0 || !input.IsEmpty))
        {
            message = default;
            length = _skipped;
            _skipped = 0;
            return FramedKind.Garbled;
        }

        int missing = MaxLength - (int)Length;
        if (input.Length < missing)
        {
            Keep(input);
            input = default;
            return NoMessage(out message, out length);
        }

        message = input[..missing];
        input = input[missing..];
        if (Length > 0)
        {
            Keep(message);
            message = Kept;
        }

        length = MaxLength;
        bool isGarbled = IsGarbled;
        base.Reset();
        return Judge(length, isGarbled, ref message);
    }

    /// <inheritdoc/>
    public override long Reset()
    {
        long skipped = _skipped;
        _skipped = 0;
        return base.Reset() + skipped;
    }

    /// <inheritdoc/>
    public override void AddWrongCharacter()
    {
        if (_start.Length > 0)
        {
            _skipped += base.Reset() + 1;
        }
        else if (Length + 1 < MaxLength)
        {
            base.AddWrongCharacter();
        }
        else
        {
            _skipped += base.Reset() + 1; // it was the message's last
        }
    }

    /// <inheritdoc/>
    public override void AddBreak() => _skipped += base.Reset();

    // Everything before a start is garbage. True when the whole start has come.
    private bool FindStart(scoped ref ReadOnlySpan<byte> input)
    {
        int matched = (int)Length;
        int at = 0;
        while (at < input.Length && matched < _start.Length)
        {
            if (input[at] == _start[matched])
            {
                matched++;
                at++;
            }
            else if (matched > 0)
            {
                int shorter = _fallback[matched - 1];
                _skipped += matched - shorter;
                matched = shorter;
            }
            else
            {
                _skipped++;
                at++;
            }
        }

        input = input[at..];
        base.Reset();
        Keep(_start.AsSpan(0, matched));
        return matched == _start.Length;
    }
}
