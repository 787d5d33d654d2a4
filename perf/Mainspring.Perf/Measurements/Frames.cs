namespace Mainspring.Perf.Measurements;

/// <summary>How late frames start. A frame is due at the deadline of the one before it.</summary>
internal static class Frames
{
    public static void Measure(int hz, int count)
    {
        using var loop = new MainLoop(new LoopOptions { FrameRate = hz });
        var samples = new long[count];
        int taken = -1; // the first frame has none before it
        TimeSpan due = default;
        loop.OnFrame(FramePhase.Input, frame =>
        {
            if (taken >= 0)
            {
                samples[taken] = loop.TimeProvider.GetTimestamp() - (due.Ticks * TimeSpan.NanosecondsPerTick);
            }

            due = frame.Deadline;
            if (++taken == count)
            {
                loop.Stop();
            }
        });
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        loop.Run();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        Measurement.Percentiles(samples, (double)bytes / count);
    }
}
