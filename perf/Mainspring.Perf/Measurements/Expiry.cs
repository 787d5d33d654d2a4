namespace Mainspring.Perf.Measurements;

/// <summary>Many timers, spread over one second, expire; time passes in steps of 1 ms.</summary>
internal static class Expiry
{
    private const int SpanMs = 1000;
    private static int s_fired;

    public static void Measure(int timers)
    {
        var clock = new VirtualClock { Autojump = false };
        using var loop = new MainLoop(new LoopOptions { Clock = clock });
        Action count = static () => s_fired++;
        var random = new Random64();
        for (int i = 0; i < timers; i++)
        {
            loop.CallAt(new TimeSpan(1 + random.Below(SpanMs * TimeSpan.TicksPerMillisecond)), count);
        }

        Measurement.Time("expiry", timers, () =>
        {
            for (int ms = 0; ms < SpanMs; ms++)
            {
                clock.Advance(TimeSpan.FromMilliseconds(1));
                loop.Tick();
            }
        });
        if (s_fired != timers)
        {
            throw new InvalidOperationException($"{s_fired} of {timers} timers fired.");
        }
    }
}
