namespace Mainspring.Pi;

/// <summary>
/// Takes the lines of a receiver: counts the sentences, good and bad, and keeps what they say. Nothing here allocates or throws.
/// </summary>
/// <remarks>
/// The count can be checked independently. Split the bytes at each LF; what follows the last one is no line yet. Strip one CR from
/// the end of a line. An empty line counts as nothing. Any other is one sentence if it is valid by the rules of
/// <see cref="NmeaSentence"/>, and one bad sentence if not.
/// </remarks>
public sealed class NmeaReader
{
    private readonly long[] _counts = new long[(int)NmeaStatus.BadChecksum + 1];

    /// <summary>What the sentences have said.</summary>
    public GnssState State { get; } = new();

    /// <summary>Valid sentences, of types that <see cref="State"/> knows and others.</summary>
    public long Sentences => Count(NmeaStatus.Valid);

    /// <summary>Lines that were neither empty nor valid.</summary>
    public long BadSentences { get; private set; }

    /// <summary>Lines that turned out to be this.</summary>
    public long Count(NmeaStatus status) => _counts[(int)status];

    /// <summary>Takes one line without its LF and without the CR before it.</summary>
    /// <returns>Whether it is a valid sentence.</returns>
    public bool Accept(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            return false;
        }

        NmeaStatus status = NmeaSentence.Parse(line, out NmeaSentence sentence);
        CountLine(status);
        if (status != NmeaStatus.Valid)
        {
            return false;
        }

        State.Apply(sentence);
        return true;
    }

    /// <summary>Takes a line that the framer gave up because it is longer than its limit.</summary>
    public void AcceptTooLong() => CountLine(NmeaStatus.TooLong);

    private void CountLine(NmeaStatus status)
    {
        _counts[(int)status]++;
        if (status != NmeaStatus.Valid)
        {
            BadSentences++;
        }
    }
}
