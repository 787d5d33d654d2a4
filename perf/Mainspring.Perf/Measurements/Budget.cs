namespace Mainspring.Perf.Measurements;

/// <summary>A game at 60 Hz that works for 6 ms a frame, without and with twice as much background work as fits beside it.</summary>
internal static class Budget
{
    private const int Hz = 60;
    private const long FrameNs = 6_000_000;
    private const long UnitNs = 5_000; // of background work

    public static void Measure(int frames)
    {
        Result alone = Play(frames, 0);
        Result together = Play(frames, 2 * frames * ((1_000_000_000L / Hz) - FrameNs) / UnitNs);
        Measurement.Result("late_alone", alone.Late);
        Measurement.Result("late_together", together.Late);
        Measurement.Result("start_alone", alone.StartNs);
        Measurement.Result("start_together", together.StartNs);
        Measurement.Result("unused", 100.0 * (together.FreeNs - together.BackgroundNs) / together.FreeNs);
    }

    private static Result Play(int frames, long units)
    {
        using var loop = new MainLoop(new LoopOptions { FrameRate = Hz });
        long inFramesNs = 0, inBackgroundNs = 0, beginNs = 0, endNs = 0;
        var starts = new List<long>(frames + 1);
        TimeSpan due = default;
        loop.OnFrame(FramePhase.Update, frame =>
        {
            long startNs = Measurement.NowNs();
            if (frame.Index == 0)
            {
                beginNs = startNs;
            }
            else
            {
                starts.Add((frame.Start - due).Ticks * TimeSpan.NanosecondsPerTick);
            }

            due = frame.Deadline;
            if (frame.Index == frames)
            {
                endNs = startNs;
                loop.Stop();
                return;
            }

            inFramesNs += Work(startNs, FrameNs);
        });
        if (units > 0)
        {
            loop.CallInBackground(budget =>
            {
                long startNs = Measurement.NowNs();
                while (!budget.IsSpent && units > 0)
                {
                    inBackgroundNs += Work(startNs, UnitNs);
                    startNs = Measurement.NowNs();
                    units--;
                }

                return units > 0;
            });
        }

        loop.Run();
        starts.Sort();
        return new Result(loop.FrameStats.Late, starts[starts.Count / 2], endNs - beginNs - inFramesNs, inBackgroundNs);
    }

    private static long Work(long startNs, long ns)
    {
        long nowNs;
        do
        {
            nowNs = Measurement.NowNs();
        }
        while (nowNs - startNs < ns);

        return nowNs - startNs;
    }

    private readonly record struct Result(long Late, long StartNs, long FreeNs, long BackgroundNs);
}
