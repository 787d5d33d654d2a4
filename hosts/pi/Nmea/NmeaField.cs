namespace Mainspring.Pi;

/// <summary>
/// Reads the fields of NMEA 0183. Numbers are read as integers of a fixed unit, so what comes out is the double nearest to what
/// was written. Digits beyond that unit are cut off. Nothing here allocates or throws.
/// </summary>
internal static class NmeaField
{
    /// <summary>With the decimals of a minute below, 18 digits: they fit a long.</summary>
    private const int MaxIntegerDigits = 7;

    /// <summary>With the digits before the point, 13: they fit a double.</summary>
    private const int NumberDecimals = 6;

    /// <summary>The finest whose 180 degrees, 10,800e11, fit a double: a minute is a nautical mile, so this is 20 nanometres.</summary>
    private const int MinuteDecimals = 11;

    private const long UnitsPerMinute = 100_000_000_000;

    /// <summary>One tick of <see cref="TimeSpan"/> is 1e-7 s.</summary>
    private const int SecondDecimals = 7;

    /// <summary>A number with an optional sign and decimals.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out double value)
    {
        bool isNegative = text is [(byte)'-', ..];
        bool isRead = TryFixed(text is [(byte)'-' or (byte)'+', .. var rest] ? rest : text, NumberDecimals, out long units);
        value = (isNegative ? -units : units) / 1e6;
        return isRead;
    }

    /// <summary>A whole number of digits only.</summary>
    public static bool TryInteger(ReadOnlySpan<byte> text, out int value)
    {
        bool isRead = TryFixed(text, 0, out long units) && !text.Contains((byte)'.');
        value = (int)units;
        return isRead;
    }

    /// <summary>A latitude or longitude: <c>ddmm.mmmm</c> or <c>dddmm.mmmm</c>, and the letter of its half of the globe.</summary>
    /// <param name="degrees">South and west are negative.</param>
    public static bool TryCoordinate(
        ReadOnlySpan<byte> text, ReadOnlySpan<byte> hemisphere, char positive, char negative, int maxDegrees, out double degrees)
    {
        degrees = 0;
        if (hemisphere.Length != 1 || (hemisphere[0] != positive && hemisphere[0] != negative))
        {
            return false;
        }

        if (!TryFixed(text, MinuteDecimals, out long units))
        {
            return false;
        }

        (long wholeDegrees, long minuteUnits) = Math.DivRem(units, 100 * UnitsPerMinute);
        long angleUnits = (wholeDegrees * 60 * UnitsPerMinute) + minuteUnits;
        if (minuteUnits >= 60 * UnitsPerMinute || angleUnits > maxDegrees * 60 * UnitsPerMinute)
        {
            return false;
        }

        degrees = (hemisphere[0] == negative ? -angleUnits : angleUnits) / (60.0 * UnitsPerMinute);
        return true;
    }

    /// <summary>A time of day: <c>hhmmss</c> with optional decimals. Second 60, a leap second, is taken.</summary>
    public static bool TryTime(ReadOnlySpan<byte> text, out TimeSpan time)
    {
        time = default;
        if (IntegerDigits(text) != 6 || !TryFixed(text, SecondDecimals, out long units))
        {
            return false;
        }

        (long hhmmss, long ticks) = Math.DivRem(units, TimeSpan.TicksPerSecond);
        (long hhmm, long second) = Math.DivRem(hhmmss, 100);
        (long hour, long minute) = Math.DivRem(hhmm, 100);
        if (hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        time = new TimeSpan((int)hour, (int)minute, (int)second) + new TimeSpan(ticks);
        return true;
    }

    /// <summary>A date: <c>ddmmyy</c>. The years 80 to 99 are of the 20th century: GPS time starts in 1980.</summary>
    public static bool TryDate(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length != 6 || !TryInteger(text, out int ddmmyy))
        {
            return false;
        }

        int year = ddmmyy % 100;
        return TryDate(ddmmyy / 10_000, ddmmyy / 100 % 100, year < 80 ? 2000 + year : 1900 + year, out date);
    }

    /// <summary>A date of three numbers, if there is such a day.</summary>
    public static bool TryDate(int day, int month, int year, out DateOnly date)
    {
        bool exists = year is >= 1 and <= 9999 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);
        date = exists ? new DateOnly(year, month, day) : default;
        return exists;
    }

    /// <summary>Digits with an optional point among them, at most seven before it, in units of 10^-<paramref name="decimals"/>.</summary>
    private static bool TryFixed(ReadOnlySpan<byte> text, int decimals, out long units)
    {
        units = 0;
        int integerDigits = IntegerDigits(text);
        ReadOnlySpan<byte> fraction = integerDigits < text.Length ? text[(integerDigits + 1)..] : default;
        if (integerDigits + fraction.Length == 0 || integerDigits > MaxIntegerDigits)
        {
            return false;
        }

        foreach (byte b in text[..integerDigits])
        {
            if (b is < (byte)'0' or > (byte)'9')
            {
                return false;
            }

            units = (units * 10) + (b - '0');
        }

        if (fraction.ContainsAnyExceptInRange((byte)'0', (byte)'9'))
        {
            return false;
        }

        for (int i = 0; i < decimals; i++)
        {
            units = (units * 10) + (i < fraction.Length ? fraction[i] - '0' : 0);
        }

        return true;
    }

    private static int IntegerDigits(ReadOnlySpan<byte> text) => text.IndexOf((byte)'.') is >= 0 and var point ? point : text.Length;
}
