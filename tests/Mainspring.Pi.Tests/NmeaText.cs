using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Mainspring.Pi.Tests;

/// <summary>Sentences made for tests, and the documented rules once more, in another way.</summary>
internal static partial class NmeaText
{
    /// <summary>The sentence of that body, with its start and the right checksum.</summary>
    public static byte[] Line(string body) => Line(Encoding.Latin1.GetBytes(body));

    public static byte[] Line(byte[] body) => [(byte)'$', .. body, .. Encoding.ASCII.GetBytes($"*{Xor(body):X2}")];

    /// <summary>What <see cref="NmeaSentence"/> documents, by a regular expression.</summary>
    public static bool IsValid(byte[] line)
    {
        Match match = Sentence().Match(Encoding.Latin1.GetString(line));
        return match.Success
            && line.Length <= 1000
            && Xor(Encoding.Latin1.GetBytes(match.Groups[1].Value)) == byte.Parse(match.Groups[2].Value, NumberStyles.HexNumber);
    }

    /// <summary>The lines as <see cref="NmeaReader"/> documents them: ended by LF, one CR stripped, empty ones left out.</summary>
    public static List<byte[]> LinesOf(byte[] stream) =>
        Encoding.Latin1.GetString(stream).Split('\n')[..^1]
            .Select(line => line.EndsWith('\r') ? line[..^1] : line)
            .Where(line => line.Length > 0)
            .Select(Encoding.Latin1.GetBytes)
            .ToList();

    private static int Xor(byte[] body) => body.Aggregate(0, (sum, b) => sum ^ b);

    [GeneratedRegex(@"\A[$!]([\x20-\x23\x25-\x29\x2B-\x7E]+)\*([0-9A-Fa-f]{2})\z", RegexOptions.CultureInvariant)]
    private static partial Regex Sentence();
}
