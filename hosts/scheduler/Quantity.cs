using System.Globalization;

namespace Mainspring.Scheduler;

/// <summary>Times and rates with their units, as users write them.</summary>
internal static class Quantity
{
    private static readonly (string Unit, double Nanoseconds)[] s_units = [("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)];

    /// <summary>Parses a time such as <c>200us</c>, <c>4ms</c> or <c>1.5s</c>.</summary>
    /// <returns>Nanoseconds; null when it is none.</returns>
    public static long? Nanoseconds(string text)
    {
        foreach ((string unit, double nanoseconds) in s_units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && Number(text[..^unit.Length]) is { } number)
            {
                return (long)Math.Round(Math.Min(number * nanoseconds, 1e18));
            }
        }

        return null;
    }

    /// <summary>Parses a rate such as <c>100hz</c>.</summary>
    /// <returns>How often a second; null when it is none.</returns>
    public static double? Rate(string text) =>
        text.EndsWith("hz", StringComparison.OrdinalIgnoreCase) ? Number(text[..^2]) : null;

    /// <summary>Nanoseconds in the unit in which they read best.</summary>
    public static string Text(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0} ns"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{Three(nanoseconds / 1e3)} us"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{Three(nanoseconds / 1e6)} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Three(nanoseconds / 1e9)} s"),
    };

    // Three digits, as many as a measurement has to say.
    private static string Three(double number) => number.ToString(number < 10 ? "0.##" : number < 100 ? "0.#" : "0", CultureInfo.InvariantCulture);

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
