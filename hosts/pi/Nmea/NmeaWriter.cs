using System.Globalization;

namespace Mainspring.Pi;

/// <summary>
/// Writes sentences behind one another, field by field. It does not use interpolated strings, whose values are boxed wherever
/// code is not optimised, so that nothing here allocates in any build.
/// </summary>
internal ref struct NmeaWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;
    private int _start;

    /// <summary>The bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>Starts a sentence.</summary>
    public void Start(ReadOnlySpan<byte> address)
    {
        _start = Length;
        Append("$"u8);
        Append(address);
    }

    /// <summary>Writes a field, or several with the commas between them.</summary>
    public void Field(ReadOnlySpan<byte> text)
    {
        Append(","u8);
        Append(text);
    }

    /// <summary>Writes a field.</summary>
    public void Field<T>(T value, ReadOnlySpan<char> format)
        where T : struct, IUtf8SpanFormattable
    {
        Append(","u8);
        Append(value, format);
    }

    /// <summary>Writes two fields, <c>ddmm.mmmmm</c> and the half of the globe, rounded to 1e-5 minutes, about 2 cm.</summary>
    public void Coordinate(double degrees, ReadOnlySpan<char> wholeFormat, ReadOnlySpan<byte> positive, ReadOnlySpan<byte> negative)
    {
        long units = (long)Math.Round(Math.Abs(degrees) * 60 * 100_000); // rounded as a whole, so that 60 minutes cannot come out
        (long minutes, long decimals) = Math.DivRem(units, 100_000);
        Field((minutes / 60 * 100) + (minutes % 60), wholeFormat);
        Append("."u8);
        Append(decimals, "D5");
        Field(degrees < 0 ? negative : positive);
    }

    /// <summary>Ends the sentence: checksum, CR and LF.</summary>
    public void End()
    {
        byte checksum = NmeaSentence.Checksum(_destination[(_start + 1)..Length]);
        Append("*"u8);
        Append(checksum, "X2");
        Append("\r\n"u8);
    }

    private void Append(ReadOnlySpan<byte> text)
    {
        text.CopyTo(_destination[Length..]);
        Length += text.Length;
    }

    private void Append<T>(T value, ReadOnlySpan<char> format)
        where T : struct, IUtf8SpanFormattable
    {
        if (!value.TryFormat(_destination[Length..], out int length, format, CultureInfo.InvariantCulture))
        {
            throw new ArgumentException($"The sentences do not fit into {_destination.Length} bytes.");
        }

        Length += length;
    }
}
