namespace Mainspring.Perf.Measurements;

/// <summary>How late frames start on a fixed grid: by a loop, where a frame is due at the deadline of the one before it, and by what .NET has.</summary>
internal static class Frames
{
    public static void Measure(int hz, int count, Precision precision)
    {
        using var loop = new MainLoop(new LoopOptions { FrameRate = hz, Precision = precision });
        var samples = new long[count];
        var begun = new long[count]; // by the loop, when it reads the clock; the callback is called later
        var awake = new long[count]; // when the wait had ended, and the tick began
        int taken = -1; // the first frame has none before it
        TimeSpan first = default, due = default;
        loop.OnFrame(FramePhase.Input, frame =>
        {
            if (taken >= 0)
            {
                samples[taken] = loop.TimeProvider.GetTimestamp() - (due.Ticks * TimeSpan.NanosecondsPerTick);
                begun[taken] = (frame.Start - due).Ticks * TimeSpan.NanosecondsPerTick;
                awake[taken] = (loop.Now - due).Ticks * TimeSpan.NanosecondsPerTick;
            }

            due = frame.Deadline;
            first = taken < 0 ? due : first;
            if (++taken == count)
            {
                loop.Stop();
            }
        });
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        loop.Run();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        double seconds = (due - first).TotalSeconds; // of the grid: frames that were missed are part of it
        Measurement.FrameResults(samples, seconds, (double)bytes / count);
        Measurement.Percentiles(begun, double.NaN, "begun_");
        Measurement.Percentiles(awake, double.NaN, "awake_");
        Measurement.Result("spun", loop.PrecisionStats.Spun.TotalSeconds / seconds * 100);
    }

    // Its frames have no deadlines but those of its own period, so what it loses it never makes up for.
    public static void MeasurePeriodicTimer(int hz, int count)
    {
        var samples = new long[count];
        RunAsync().GetAwaiter().GetResult();
        Measurement.FrameResults(samples, (double)count / hz, double.NaN);

        async Task RunAsync()
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / hz));
            long startNs = Measurement.NowNs();
            for (int i = 0; i < count; i++)
            {
                await timer.WaitForNextTickAsync();
                samples[i] = Measurement.NowNs() - Due(startNs, i, hz);
            }
        }
    }

    // As good as it gets: towards the deadline, in the milliseconds that it takes, rounded up.
    public static void MeasureThreadSleep(int hz, int count)
    {
        var samples = new long[count];
        long startNs = Measurement.NowNs();
        for (int i = 0; i < count; i++)
        {
            long leftNs = Due(startNs, i, hz) - Measurement.NowNs();
            if (leftNs > 0)
            {
                Thread.Sleep((int)((leftNs + 999_999) / 1_000_000));
            }

            samples[i] = Measurement.NowNs() - Due(startNs, i, hz);
        }

        Measurement.FrameResults(samples, (double)count / hz, double.NaN);
    }

    private static long Due(long startNs, int index, int hz) => startNs + (long)((index + 1) * 1e9 / hz);
}
