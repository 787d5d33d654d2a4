namespace Mainspring.Perf.Measurements;

/// <summary>Cancels a random timer and schedules it anew, 20 to 80 s away.</summary>
internal static class Timers
{
    private static readonly TimeSpan s_nearest = TimeSpan.FromSeconds(20);

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
            handles[i] = loop.CallAt(loop.Now + Delay(ref random), nothing);
        }

        Replace(3L * handles.Length); // until the arrays are as large as they will be
        Measurement.Time("at", operations, () => Replace(operations));
        Measurement.Time("later", operations, () =>
        {
            for (long i = 0; i < operations; i++)
            {
                ref TimerHandle victim = ref handles[random.Below(handles.Length)];
                victim.Cancel();
                victim = loop.CallLater(Delay(ref random), nothing);
            }
        });

        void Replace(long times)
        {
            TimeSpan now = loop.Now;
            for (long i = 0; i < times; i++)
            {
                ref TimerHandle victim = ref handles[random.Below(handles.Length)];
                victim.Cancel();
                victim = loop.CallAt(now + Delay(ref random), nothing);
            }
        }
    }

    private static TimeSpan Delay(ref Random64 random) => s_nearest + new TimeSpan(random.Below(60 * TimeSpan.TicksPerSecond));
}
