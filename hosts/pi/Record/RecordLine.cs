using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Mainspring.Pi;

/// <summary>
/// A line of the record: <c>check-sum TAB number TAB time TAB rule TAB text</c>. The check sum is the CRC-32 of all behind its tab, in eight hexadecimal digits; the time is UTC.
/// </summary>
internal static class RecordLine
{
    /// <summary>The most bytes of a line, its end included.</summary>
    public const int MaxBytes = 32 * 1024;

    /// <summary>The digits of the check sum.</summary>
    public const int SumLength = 8;

    /// <summary>Writes a line.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> line, long number, DateTime time, string rule, string text)
    {
        string body = string.Create(CultureInfo.InvariantCulture, $"\t{number}\t{time:yyyy-MM-ddTHH:mm:ss.ffffffZ}\t{rule.Replace('\t', ' ')}\t{text}");
        int length = Encoding.UTF8.GetBytes(body, line[SumLength..]);
        _ = Utf8Formatter.TryFormat(Crc32.Of(line[(SumLength + 1)..(SumLength + length)]), line, out _, new System.Buffers.StandardFormat('x', SumLength));
        line[SumLength + length] = (byte)'\n';
        return SumLength + length + 1;
    }

    /// <summary>Checks a line, without its end.</summary>
    /// <returns>Its number; null when it is damaged.</returns>
    public static long? NumberOf(ReadOnlySpan<byte> line) =>
        line.Length > SumLength + 1 && line[SumLength] == '\t'
        && Utf8Parser.TryParse(line[..SumLength], out uint sum, out int read, 'x') && read == SumLength && sum == Crc32.Of(line[(SumLength + 1)..])
        && Utf8Parser.TryParse(line[(SumLength + 1)..], out long number, out _)
            ? number
            : null;
}
