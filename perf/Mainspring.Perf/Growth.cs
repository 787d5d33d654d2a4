using System.Globalization;

namespace Mainspring.Perf;

/// <summary>What one of many costs, from few to a million of them: ours, and beside it the same of a program that has nothing but arrays, so that what the caches cost is seen on its own.</summary>
/// <param name="Name">What <c>--only</c> selects.</param>
/// <param name="Title">What one is.</param>
/// <param name="Ours">Our measurement, and the name of its result.</param>
/// <param name="Reference">The C program, or null where it is a result of our own measurement; and its result's name.</param>
/// <param name="Sizes">How many there are.</param>
/// <param name="Arguments">The numbers for so many.</param>
/// <param name="Explanation">What rises, and why.</param>
internal sealed record Growth(string Name, string Title, (string Measurement, string Result) Ours, (string? Program, string Result) Reference, long[] Sizes, Func<long, long[]> Arguments, string Explanation)
{
    private static readonly long[] s_sizes = [10, 100, 1_000, 10_000, 100_000, 1_000_000];

    /// <summary>What the reference is made with.</summary>
    public string ReferenceTitle => Reference.Program is null ? "C#, bare" : "C";

    public static Growth[] All(bool quick)
    {
        long operations = quick ? 2_000_000 : 10_000_000;
        return
        [
            new("growth-callbacks", "schedule and run a callback, so many in flight", ("callbacks", "action"), ("callbacks", "ring"), s_sizes, size => [Math.Max(4 * size, 2 * operations), size],
                "Of few callbacks, each run of them bears more of a tick. They lie one behind the other: the processor fetches them before they are asked for, also where there are more than its caches hold."),
            new("growth-timers", "cancel a timer and schedule another, so many outstanding", ("timers", "at"), ("timers", "wheel"), s_sizes, size => [size, operations / 4],
                "No step of it depends on how many there are. A timer of ours is 32 bytes and its handle 16, one of C's 12, and they are met at random: where a million do not fit into a cache any more, each pair waits for memory."),
            new("growth-jobs", "step a job that waits for the next frame; a bare MoveNext list", ("awaits", "job"), (null, "list"), s_sizes, size => [size, Math.Max(5, operations / size)],
                "Of few jobs, each step bears more of a tick. The routines lie between the jobs' own objects, those of the bare list side by side: of a million, more has to come from memory."),
            new("growth-sources", "a byte goes to and fro beside so many silent sources", ("idle", "beside"), ("idle", "beside"), s_sizes[..4], size => [size, operations / 40],
                "The kernel names those that are ready; the silent ones are not looked at. More descriptors than these are not asked for: most systems let no process have a million."),
            new("growth-wakes", "wake a source without a descriptor and call it, one of so many", ("wakes", "wake"), ("wakes", "wake"), s_sizes, size => [size, operations],
                "A source of ours is several objects (the row of memory says how large), in several lines of the cache, and any thread may wake it, which costs fences and a lock; one of C's is 16 bytes, and knows no threads. They are met at random: where they do not fit into a cache any more, each wake waits for memory."),
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
                ours.Add(Rig.Result(own, Ours.Result, Ours.Measurement).Value);
                reference.Add(Rig.Result(Reference.Program is { } program ? rig.MeasureC(program, arguments) : own, Reference.Result, Reference.Program ?? Ours.Measurement).Value);
            }

            points.Add((size, Row.Median(ours), Row.Median(reference)));
        }

        Console.Error.Write("\r\e[K");
        return new Curve(this, points);
    }

    /// <summary>Nanoseconds of one, for each size.</summary>
    internal sealed record Curve(Growth Growth, IReadOnlyList<(long Size, double Ours, double Reference)> Points);
}
