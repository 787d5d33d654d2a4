using System.Globalization;

namespace Mainspring.Perf;

/// <summary>What one of many costs, from few to a million of them: ours, and beside it the same of a program that has nothing but arrays, so that what the caches cost is seen on its own.</summary>
/// <param name="Name">What <c>--only</c> selects.</param>
/// <param name="Title">What one is.</param>
/// <param name="Ours">Our measurement, and the name of its result.</param>
/// <param name="Reference">The C program, or null where it is a result of our own measurement; and its result's name.</param>
/// <param name="Sizes">How many there are.</param>
/// <param name="Arguments">The numbers for so many.</param>
internal sealed record Growth(string Name, string Title, (string Measurement, string Result) Ours, (string? Program, string Result) Reference, long[] Sizes, Func<long, long[]> Arguments)
{
    private static readonly long[] s_sizes = [10, 100, 1_000, 10_000, 100_000, 1_000_000];

    /// <summary>What the reference is made with.</summary>
    public string ReferenceTitle => Reference.Program is null ? "C#, bare" : "C";

    public static Growth[] All(bool quick)
    {
        long operations = quick ? 2_000_000 : 10_000_000;
        return
        [
            new("growth-callbacks", "schedule and run a callback, so many in flight", ("callbacks", "action"), ("callbacks", "ring"), s_sizes, size => [Math.Max(4 * size, 2 * operations), size]),
            new("growth-timers", "cancel a timer and schedule another, so many outstanding", ("timers", "at"), ("timers", "wheel"), s_sizes, size => [size, operations / 4]),
            new("growth-jobs", "step a job that waits for the next frame; a bare MoveNext list", ("awaits", "job"), (null, "list"), s_sizes, size => [size, Math.Max(5, operations / size)]),
            new("growth-sources", "a byte goes to and fro beside so many silent sources", ("idle", "beside"), ("idle", "beside"), s_sizes[..4], size => [size, operations / 40]),
        ];
    }

    /// <summary>Asks for all sizes, so many times in turns; of each the median.</summary>
    public Curve Measure(Rig rig, int turns)
    {
        var points = new List<(long, double, double)>();
        foreach (long size in Sizes)
        {
            string[] arguments = [.. Arguments(size).Select(static number => number.ToString(CultureInfo.InvariantCulture))];
            List<double> ours = [], reference = [];
            for (int turn = 0; turn < turns; turn++)
            {
                Console.Error.Write($"\r\e[K{Name} {size} {turn + 1}/{turns}");
                Dictionary<string, Sample> own = Rig.MeasureOurs(Ours.Measurement, arguments);
                ours.Add(own[Ours.Result].Value);
                reference.Add((Reference.Program is { } program ? rig.MeasureC(program, arguments) : own)[Reference.Result].Value);
            }

            points.Add((size, Row.Median(ours), Row.Median(reference)));
        }

        Console.Error.Write("\r\e[K");
        return new Curve(this, points);
    }

    /// <summary>Nanoseconds of one, for each size.</summary>
    internal sealed record Curve(Growth Growth, IReadOnlyList<(long Size, double Ours, double Reference)> Points);
}
