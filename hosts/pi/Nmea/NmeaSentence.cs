using System.Buffers.Text;

namespace Mainspring.Pi;

/// <summary>
/// One sentence of NMEA 0183, read in place: it points into the line that it was parsed from. Nothing here allocates or throws.
/// </summary>
/// <remarks>
/// <para>
/// A line is what precedes a line feed (0A), without that line feed, and without one carriage return (0D) before it. It is valid when
/// it is at most <see cref="MaxLength"/> bytes long, and is <c>$</c> or <c>!</c>, then one or more bytes from 20 to 7E that are
/// neither <c>$</c> nor <c>*</c>, then <c>*</c> and two hexadecimal digits of either case, whose value is the exclusive or of all
/// bytes between the start and the <c>*</c>. Nothing else matters: not the address, and not how many fields there are. As a program:
/// </para>
/// <code>
/// def valid(line):  # Python; line: bytes
///     match = re.fullmatch(rb"[$!]([ -#%-)+-~]+)\*([0-9A-Fa-f]{2})", line)
///     return bool(match) and len(line) &lt;= 1000 and reduce(xor, match[1]) == int(match[2], 16)
/// </code>
/// <para>
/// The standard reserves <c>$</c> and <c>*</c>, so one inside a sentence means that two were joined where bytes were lost, which the
/// checksum alone would miss once in 256 times.
/// </para>
/// </remarks>
public readonly ref struct NmeaSentence
{
    /// <summary>
    /// The longest valid line, in bytes, with start and checksum and without CR and LF. The standard says 80, but receivers send more:
    /// high-precision positions and proprietary sentences take about 100, lists of all satellites (PUBX,03 of u-blox) several
    /// hundred. The limit is there because it must be bounded, and it is lower than that of the framer (1,024 bytes), so that
    /// which of the two refuses a line does not change what is counted.
    /// </summary>
    public const int MaxLength = 1000;

    /// <summary>What stands between the start and the checksum.</summary>
    private readonly ReadOnlySpan<byte> _body;

    private NmeaSentence(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>The field of that number, as receivers' manuals count: 0 is the address. Empty if there is none.</summary>
    public ReadOnlySpan<byte> this[int number]
    {
        get
        {
            ReadOnlySpan<byte> rest = _body;
            for (; number > 0; number--)
            {
                int comma = rest.IndexOf((byte)',');
                if (comma < 0)
                {
                    return default;
                }

                rest = rest[(comma + 1)..];
            }

            int end = rest.IndexOf((byte)',');
            return end < 0 ? rest : rest[..end];
        }
    }

    /// <summary>How many fields follow the address; empty ones count.</summary>
    public int FieldCount => _body.Count((byte)',');

    /// <summary>Who speaks: two characters such as <c>GP</c> or <c>GN</c>; <c>P</c> alone for a proprietary sentence.</summary>
    public ReadOnlySpan<byte> Talker => this[0][..TalkerLength];

    /// <summary>What the address says after the talker: <c>GGA</c>, <c>RMC</c>; the maker and its type in a proprietary sentence.</summary>
    public ReadOnlySpan<byte> Type => this[0][TalkerLength..];

    private int TalkerLength => this[0] is [(byte)'P', ..] ? 1 : Math.Min(2, this[0].Length);

    /// <summary>Reads one line, which holds no CR and no LF.</summary>
    /// <param name="sentence">The sentence if the line is <see cref="NmeaStatus.Valid"/>, otherwise an empty one.</param>
    public static NmeaStatus Parse(ReadOnlySpan<byte> line, out NmeaSentence sentence)
    {
        sentence = default;
        if (line.Length > MaxLength)
        {
            return NmeaStatus.TooLong;
        }

        if (line is not [(byte)'$' or (byte)'!', not (byte)'*', ..])
        {
            return NmeaStatus.NotASentence;
        }

        ReadOnlySpan<byte> rest = line[1..];
        if (rest.ContainsAnyExceptInRange((byte)' ', (byte)'~') || rest.Contains((byte)'$'))
        {
            return NmeaStatus.BadCharacter;
        }

        int star = rest.IndexOf((byte)'*');
        if (star < 0 || star != rest.Length - 3)
        {
            return NmeaStatus.NoChecksum;
        }

        if (!Utf8Parser.TryParse(rest[(star + 1)..], out byte stated, out int digits, 'X') || digits != 2)
        {
            return NmeaStatus.NoChecksum;
        }

        if (Checksum(rest[..star]) != stated)
        {
            return NmeaStatus.BadChecksum;
        }

        sentence = new NmeaSentence(rest[..star]);
        return NmeaStatus.Valid;
    }

    /// <summary>The checksum of what stands between the start and the <c>*</c>: the exclusive or of all bytes.</summary>
    public static byte Checksum(ReadOnlySpan<byte> body)
    {
        byte sum = 0;
        foreach (byte b in body)
        {
            sum ^= b;
        }

        return sum;
    }
}
