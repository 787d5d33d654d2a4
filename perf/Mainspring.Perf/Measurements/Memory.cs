namespace Mainspring.Perf.Measurements;

/// <summary>What a loop holds for each timer, job and source, all of its memory counted, and not what the program made itself: callbacks, routines, its own sources.</summary>
internal static class Memory
{
    private const int Timers = 1_000_000;
    private const int Jobs = 100_000;
    private const int Sources = 10_000;

    public static void Measure()
    {
        Action nothing = static () => { };
        var random = new Random64();
        Report("timer", Timers, loop =>
        {
            for (int i = 0; i < Timers; i++)
            {
                loop.CallAt(new TimeSpan(1 + random.Below(60 * TimeSpan.TicksPerSecond)), nothing);
            }
        });

        IEnumerator<Wait>[] routines = [.. Enumerable.Range(0, Jobs).Select(static _ => Steps())];
        Report("job", Jobs, loop =>
        {
            foreach (IEnumerator<Wait> routine in routines)
            {
                loop.StartJob(routine);
            }
        });

        ByteEcho[] sources = [.. Enumerable.Range(0, Sources).Select(static _ => Libc.EventDescriptor()).Select(static silent => new ByteEcho(silent, silent))];
        Report("source", Sources, loop =>
        {
            foreach (ByteEcho source in sources)
            {
                loop.Add(source, RetryPolicy.Never);
            }
        });
    }

    private static void Report(string name, int count, Action<MainLoop> fill)
    {
        using var loop = new MainLoop(new LoopOptions { Pacing = Pacing.Host });
        loop.Tick();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        loop.CallSoon(() => fill(loop));
        loop.Tick();
        loop.Tick(); // so that all have begun
        Measurement.Result(name, (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / count);
        GC.KeepAlive(fill);
    }

    private static IEnumerator<Wait> Steps()
    {
        while (true)
        {
            yield return default;
        }
    }
}
