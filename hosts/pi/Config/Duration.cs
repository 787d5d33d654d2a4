using System.Globalization;

namespace Mainspring.Pi;

/// <summary>Durations with their units: <c>5ms</c>, <c>1.5 s</c>.</summary>
internal static class Duration
{
    public const string Wanted = "give a number and its unit (us, ms, s, m, h), such as \"5ms\"";

    /// <summary>Parses a duration that is not negative.</summary>
    /// <returns>Null when it is right; otherwise what is wrong.</returns>
    public static string? Parse(string text, out TimeSpan duration)
    {
        duration = default;
        int end = 0;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] == '.'))
        {
            end++;
        }

        string unit = text[end..].Trim();
        if (!double.TryParse(text.AsSpan(0, end), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number))
        {
            return $"'{text}' is no duration; {Wanted}";
        }

        double seconds = unit switch
        {
            "us" or "µs" => number / 1e6,
            "ms" => number / 1e3,
            "s" => number,
            "m" or "min" => number * 60,
            "h" => number * 3600,
            _ => double.NaN,
        };
        if (double.IsNaN(seconds))
        {
            return unit.Length == 0 ? $"'{text}' has no unit; {Wanted}" : $"'{unit}' is no unit of time; {Wanted}";
        }

        if (seconds > 1e9)
        {
            return $"'{text}' is longer than thirty years; {Wanted}";
        }

        duration = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        return null;
    }

    /// <summary>In the unit that suits it.</summary>
    public static string Format(TimeSpan duration) => duration.TotalSeconds switch
    {
        >= 1 => $"{Round(duration.TotalSeconds)} s",
        >= 0.001 => $"{Round(duration.TotalMilliseconds)} ms",
        _ => $"{Round(duration.TotalMicroseconds)} us",
    };

    private static string Round(double number) => Math.Round(number, 1).ToString(CultureInfo.InvariantCulture);
}
