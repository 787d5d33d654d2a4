using System.Globalization;
using System.Text;

namespace Mainspring.Scheduler;

/// <summary>A histogram as lines of text: bars for times of equal ratio, as many as tell something.</summary>
internal static class BarChart
{
    private const int MaxRows = 19; // a row for each decade always fits
    private const string Eighths = " ▏▎▍▌▋▊▉";

    private static readonly int[] s_stepsPerDecade = [48, 24, 12, 6, 3, 1];

    /// <summary>Draws it.</summary>
    /// <param name="histogram">What was counted.</param>
    /// <param name="width">How many columns a line may have.</param>
    /// <param name="blocks">Whether the terminal shows more than ASCII.</param>
    /// <returns>The lines; none without values.</returns>
    public static IReadOnlyList<string> Draw(LatencyHistogram histogram, int width, bool blocks)
    {
        List<(long To, long Count)> rows = s_stepsPerDecade.Select(steps => Rows(histogram, steps)).First(static rows => rows.Count <= MaxRows);
        long most = Math.Max(1, rows.Count == 0 ? 0 : rows.Max(static row => row.Count));
        int digits = Digits(most);
        string upTo = blocks ? "≤" : "to";
        int room = Math.Max(10, width - digits - 17);
        return [.. rows.Select(row => $"  {upTo} {Quantity.Text(row.To),7}  {row.Count.ToString(CultureInfo.InvariantCulture).PadLeft(digits)}  {Bar((double)row.Count / most * room, blocks)}".TrimEnd())];
    }

    private static string Bar(double length, bool blocks)
    {
        int whole = (int)length;
        if (!blocks)
        {
            return new string('#', length > 0 ? Math.Max(1, (int)Math.Round(length)) : 0);
        }

        var bar = new StringBuilder().Append('█', whole);
        int eighths = (int)((length - whole) * 8);
        return bar.Append(eighths > 0 || whole > 0 || length == 0 ? Eighths[eighths].ToString().Trim() : Eighths[1].ToString()).ToString();
    }

    private static List<(long To, long Count)> Rows(LatencyHistogram histogram, int stepsPerDecade)
    {
        var rows = new List<(long To, long Count)>();
        long above = -1;
        for (int step = 0; histogram.Count > 0 && above < histogram.Max; step++)
        {
            long to = (long)Math.Ceiling(Math.Pow(10, (double)step / stepsPerDecade));
            if (to >= histogram.Min)
            {
                rows.Add((to, histogram.CountBetween(above, to)));
            }

            above = to;
        }

        return rows;
    }

    private static int Digits(long number) => number.ToString(CultureInfo.InvariantCulture).Length;
}
