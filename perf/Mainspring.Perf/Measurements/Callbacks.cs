namespace Mainspring.Perf.Measurements;

/// <summary>Many callbacks in flight, each schedules itself again.</summary>
internal static class Callbacks
{
    // Static and plain, as in C: an initializer would be looked at in every access.
    private static MainLoop s_loop = null!;
    private static Action s_again = null!;
    private static int s_inFlight;
    private static long s_left;

    public static void Measure(long operations, int inFlight)
    {
        s_inFlight = inFlight;
        using var loop = new MainLoop();
        s_loop = loop;
        s_again = static () =>
        {
            if (s_left > 0)
            {
                s_left--;
                s_loop.CallSoon(s_again);
            }
        };
        RunActions(Math.Max(inFlight, operations / 10));
        Measurement.Time("action", operations, () => RunActions(operations));

        var counter = new Counter();
        RunStates(counter, Math.Max(inFlight, operations / 10));
        Measurement.Time("state", operations, () => RunStates(counter, operations));
    }

    private static void RunActions(long operations)
    {
        s_left = operations - s_inFlight;
        for (int i = 0; i < s_inFlight; i++)
        {
            s_loop.CallSoon(s_again);
        }

        s_loop.Run(new RunOptions { UntilIdle = true });
    }

    private static void RunStates(Counter counter, long operations)
    {
        counter.Left = operations - s_inFlight;
        for (int i = 0; i < s_inFlight; i++)
        {
            s_loop.CallSoon(Counter.Again, counter);
        }

        s_loop.Run(new RunOptions { UntilIdle = true });
    }

    private sealed class Counter
    {
        public static readonly Action<Counter> Again = static counter => counter.Run();

        public long Left;

        private void Run()
        {
            if (Left > 0)
            {
                Left--;
                s_loop.CallSoon(Again, this);
            }
        }
    }
}
