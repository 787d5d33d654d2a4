namespace Mainspring.Perf.Measurements;

/// <summary>Cancels a random timer and schedules it anew, 20 to 80 s away.</summary>
internal static class Timers
{
    public static void Measure(int outstanding, long operations)
    {
        using var loop = new MainLoop();
        var handles = new TimerHandle[outstanding];
        loop.CallSoon(() => RunWithin(loop, handles, operations)); // timers are scheduled by callbacks
        loop.Tick();
    }

    private static void RunWithin(MainLoop loop, TimerHandle[] handles, long operations)
    {
        Action nothing = static () => { };
        var random = new Random64();
        for (int i = 0; i < handles.Length; i++)
        {
            handles[i] = loop.CallAt(loop.Now + Delay(random.Below(60 * TimeSpan.TicksPerSecond)), nothing);
        }

        ReplaceAt(loop, handles, nothing, ref random, 3L * handles.Length); // until the arrays are as large as they will be
        Measurement.Time("at", operations, () => ReplaceAt(loop, handles, nothing, ref random, operations));
        Measurement.Time("later", operations, () => ReplaceLater(loop, handles, nothing, ref random, operations));
    }

    // The generator is a local of each loop, as it is in C: one in memory would be what is measured.
    private static void ReplaceAt(MainLoop loop, TimerHandle[] handles, Action nothing, ref Random64 state, long times)
    {
        (Random64 random, long nowTicks) = (state, loop.Now.Ticks);
        for (long i = 0; i < times; i++)
        {
            ref TimerHandle victim = ref handles[random.Below(handles.Length)];
            victim.Cancel();
            victim = loop.CallAt(Delay(nowTicks + random.Below(60 * TimeSpan.TicksPerSecond)), nothing);
        }

        state = random;
    }

    private static void ReplaceLater(MainLoop loop, TimerHandle[] handles, Action nothing, ref Random64 state, long times)
    {
        Random64 random = state;
        for (long i = 0; i < times; i++)
        {
            ref TimerHandle victim = ref handles[random.Below(handles.Length)];
            victim.Cancel();
            victim = loop.CallLater(Delay(random.Below(60 * TimeSpan.TicksPerSecond)), nothing);
        }

        state = random;
    }

    private static TimeSpan Delay(long ticks) => new((20 * TimeSpan.TicksPerSecond) + ticks);
}
