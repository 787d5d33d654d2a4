namespace Mainspring.Perf.Measurements;

/// <summary>One turn of a loop: when it ran, and how much memory is resident then.</summary>
internal static class Hello
{
    public static void Measure()
    {
        long tickNs = 0;
        using var loop = new MainLoop();
        loop.CallSoon(() => tickNs = Measurement.NowNs());
        loop.Tick();
        long resident = Environment.WorkingSet;
        Measurement.Result("tick_at", tickNs);
        Measurement.Result("resident", resident);
    }
}
