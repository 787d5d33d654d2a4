using System.Globalization;
using System.Text;

namespace Mainspring.Perf;

/// <summary>Frame starts of everything that can make frames, in turns in one run: who is how late, and who drifts.</summary>
internal sealed class FrameTable(Rig rig, bool quick)
{
    private static readonly int[] s_rates = [60, 240, 1000];

    private static readonly (string Title, string? Ours, string? Program, int[] More)[] s_makers =
    [
        ("Mainspring, Sleep", "frames", null, []),
        ("C, clock_nanosleep", null, "frames", []),
        ("Mainspring, Hybrid", "frames-hybrid", null, []),
        ("C, sleep and spin", null, "frames", [1]),
        ("PeriodicTimer", "frames-periodic", null, []),
        ("Thread.Sleep", "frames-thread", null, []),
        ("libuv timer", null, "frames_libuv", []),
    ];

    /// <summary>Runs them, 10 s each (quick: 2), so many times in turns.</summary>
    public string Run(int turns)
    {
        var text = new StringBuilder();
        text.AppendLine("| frames | made by | p50 | p99 | max | drift in a second | spun |");
        text.AppendLine("|-------:|---------|----:|----:|----:|------------------:|-----:|");
        foreach (int hz in s_rates)
        {
            var runs = s_makers.Select(static _ => new List<Dictionary<string, Sample>>()).ToList();
            for (int turn = 0; turn < turns; turn++)
            {
                for (int i = 0; i < s_makers.Length; i++)
                {
                    Console.Error.Write($"\r\e[Kframes at {hz} Hz {turn + 1}/{turns}: {s_makers[i].Title}");
                    string[] arguments = [.. ((int[])[hz, hz * (quick ? 2 : 10), .. s_makers[i].More]).Select(static number => number.ToString(CultureInfo.InvariantCulture))];
                    runs[i].Add(s_makers[i].Ours is { } ours ? Rig.MeasureOurs(ours, arguments) : rig.MeasureC(s_makers[i].Program!, arguments));
                }
            }

            Console.Error.Write("\r\e[K");
            for (int i = 0; i < s_makers.Length; i++)
            {
                List<Dictionary<string, Sample>> found = runs[i];
                text.AppendLine(found[0].ContainsKey("missing")
                    ? $"| {hz} | {s_makers[i].Title} | not installed here | | | | |"
                    : $"| {hz} | {s_makers[i].Title} | {Us(found, "p50")} | {Us(found, "p99")} | {Us(found, "max")} | {Us(found, "drift")} | {Spun(found)} |");
            }

            text.AppendLine($"| {hz} | Sleep to C, p50 and p99 (at most 1.2 and 1.5) | {Ratio(runs[0], runs[1], "p50")} | {Ratio(runs[0], runs[1], "p99")} | | | |");
            text.AppendLine($"| {hz} | Hybrid to C, p99 (at most 2) | {Ratio(runs[2], runs[3], "p50")} | {Ratio(runs[2], runs[3], "p99")} | | | |");
        }

        return text.ToString();
    }

    private static string Us(List<Dictionary<string, Sample>> runs, string result) =>
        string.Create(CultureInfo.InvariantCulture, $"{Median(runs.Select(run => run[result].Value)) / 1000:F1} us");

    private static string Spun(List<Dictionary<string, Sample>> runs) => runs[0].ContainsKey("spun")
        ? string.Create(CultureInfo.InvariantCulture, $"{Median(runs.Select(static run => run["spun"].Value)):F1} %")
        : "";

    // The median of the ratios of the turns, with the lowest and the highest.
    private static string Ratio(List<Dictionary<string, Sample>> ours, List<Dictionary<string, Sample>> reference, string result)
    {
        double[] ratios = [.. ours.Zip(reference, (a, b) => a[result].Value / b[result].Value)];
        return string.Create(CultureInfo.InvariantCulture, $"{Median(ratios):F2} ({ratios.Min():F2}..{ratios.Max():F2})");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
