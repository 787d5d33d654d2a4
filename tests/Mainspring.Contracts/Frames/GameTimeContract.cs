using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>Pause, time scale and single steps: what game time does, and what keeps to the loop's time.</summary>
public sealed class GameTimeContract : VirtualLoopSuite
{
    [Case]
    public void While_paused_frames_go_on_without_time_and_without_fixed_steps()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FixedStep = Ms(5) });
        loop.OnFrame(FramePhase.FixedUpdate, _ => Journal.Add("step"));
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Start.TotalMilliseconds}: {frame.Delta.TotalMilliseconds}"));
        loop.Tick();
        loop.Pause();
        Check.True(loop.IsPaused);
        RunFor(Ms(25)); // frames at 10 and 20
        loop.Resume();
        RunFor(Ms(10)); // at 30
        Check.Sequence(["step", "step", "0: 10", "10: 0", "20: 0", "step", "step", "30: 10"], Journal, "the pause is not made up for");
        Check.False(loop.IsPaused);
        Check.Equal(TimeSpan.Zero, loop.FrameStats.DroppedTime);
        Check.Equal(new FixedStep(3, Ms(15), Ms(5)), loop.FixedStep);
    }

    [Case]
    public void StepOnce_lets_exactly_one_fixed_step_pass()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host, FixedStep = Ms(10) });
        loop.OnFrame(FramePhase.FixedUpdate, frame => Journal.Add($"step {loop.FixedStep.Index} of {frame.Delta.TotalMilliseconds}"));
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Delta.TotalMilliseconds}"));
        loop.TickFrame(Ms(7), Ms(5));
        loop.Pause();
        loop.StepOnce();
        loop.StepOnce();
        for (int i = 0; i < 4; i++)
        {
            loop.TickFrame(Ms(100), Ms(5));
        }

        Check.Equal(0.7, loop.Interpolation, "the accumulator is untouched");
        loop.Resume();
        loop.TickFrame(Ms(3), Ms(5));
        Check.Sequence(["7", "step 0 of 10", "10", "step 1 of 10", "10", "0", "0", "step 2 of 10", "3"], Journal);
    }

    [Case]
    public void StepOnce_without_fixed_steps_lets_one_period_pass()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.FixedUpdate, _ => Journal.Add("once a frame"));
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Delta.TotalMilliseconds}"));
        loop.TimeScale = 0.5;
        loop.Pause();
        loop.Tick();
        loop.StepOnce();
        RunFor(Ms(20));
        Check.Sequence(["once a frame", "0", "once a frame", "10", "once a frame", "0"], Journal);
    }

    [Case]
    public void StepOnce_that_is_not_paused_says_so_and_Resume_drops_those_that_wait()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host, FixedStep = Ms(10) });
        Check.Contains("not paused", Check.Throws<InvalidOperationException>(loop.StepOnce).Message);
        loop.OnFrame(FramePhase.FixedUpdate, _ => Journal.Add("step"));
        loop.Pause();
        loop.StepOnce();
        loop.Resume();
        loop.Pause();
        loop.TickFrame(Ms(50), Ms(5));
        Check.Equal(0, Journal.Count);
    }

    [Case]
    public void A_pause_within_a_step_keeps_the_steps_that_are_left_for_later()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host, FixedStep = Ms(10) });
        loop.OnFrame(FramePhase.FixedUpdate, _ =>
        {
            Journal.Add($"{loop.FixedStep.Index}");
            if (loop.FixedStep.Index == 1)
            {
                loop.Pause();
            }
        });
        loop.TickFrame(Ms(40), Ms(5));
        Check.Sequence(["0", "1"], Journal);
        Check.Equal(1.0, loop.Interpolation);
        loop.TickFrame(Ms(40), Ms(5));
        Check.Equal(2, Journal.Count);
        loop.Resume();
        loop.TickFrame(Ms(0), Ms(5));
        Check.Sequence(["0", "1", "2", "3"], Journal);
    }

    [Case]
    public void TimeScale_scales_delta_and_steps_and_nothing_else()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FixedStep = Ms(10) });
        loop.OnFrame(FramePhase.FixedUpdate, _ => Journal.Add($"step {loop.FixedStep.Index}"));
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Start.TotalMilliseconds}-{frame.Deadline.TotalMilliseconds}: {frame.Delta.TotalMilliseconds}"));
        TimerHandle timer = loop.CallEvery(Ms(15), () => Journal.Add($"timer {Clock.Now.TotalMilliseconds}"));
        Job job = loop.StartJob(Delays());
        loop.TimeScale = 0.5;
        RunFor(Ms(15));
        loop.TimeScale = 3;
        RunFor(Ms(10));
        timer.Cancel();
        job.Cancel();
        Check.Sequence(
            [
                "0-10: 5",
                "step 0", "10-20: 5",
                "timer 15",
                "step 1", "step 2", "step 3", "20-30: 30",
                "job 20",
            ],
            Journal);
        Check.Equal(3.0, loop.TimeScale);

        IEnumerator<Wait> Delays()
        {
            yield return Wait.For(Ms(20));
            Journal.Add($"job {Clock.Now.TotalMilliseconds}");
        }
    }

    [Case]
    public void Scaled_time_does_not_drift()
    {
        // 0.1 of 16.6 ms in 216,000 frames: rounding each frame to 100 ns would lose 7 ms, each to 1 ns 0.1 ms.
        MainLoop loop = Build(new LoopOptions { FrameRate = 60, FixedStep = TimeSpan.FromTicks(1_000) });
        TimeSpan sum = TimeSpan.Zero;
        loop.OnFrame(FramePhase.Update, frame => sum += frame.Delta);
        loop.TimeScale = 0.1;
        RunFor(TimeSpan.FromHours(1) - Ms(1));
        // One period, 16,666,666 ns, for the first frame, and the 215,999 that lie between the frames, 3,599,983,333,333 ns.
        Check.Equal(3_599_999_999_999 / 1_000, sum.Ticks);
        Check.True(sum.Ticks / 1_000 - (loop.FixedStep.Index + 1) - loop.FrameStats.DroppedTime.Ticks / 1_000 is 0, "the steps and what the clamp dropped make up the same time");
    }

    [Case]
    public void A_scale_of_zero_is_a_pause_and_a_scale_that_is_none_is_refused_by_value()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FixedStep = Ms(10) });
        loop.OnFrame(FramePhase.FixedUpdate, _ => Journal.Add("step"));
        loop.TimeScale = 0;
        RunFor(Ms(50));
        Check.Equal(0, Journal.Count);
        Check.False(loop.IsPaused);
        foreach (double scale in (double[])[double.NaN, double.PositiveInfinity, -1, 2_000_000])
        {
            Check.Contains($"{scale}", Check.Throws<ArgumentOutOfRangeException>(() => loop.TimeScale = scale).Message);
        }
    }

    [Case]
    public void The_largest_scale_goes_on_beyond_the_farthest_time()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 1, FixedStep = Ms(10) });
        loop.TimeScale = 1_000_000;
        TimeSpan shortest = TimeSpan.MaxValue, dropped = TimeSpan.Zero;
        loop.OnFrame(FramePhase.Update, frame =>
        {
            shortest = frame.Delta < shortest ? frame.Delta : shortest;
            Check.True(loop.FrameStats.DroppedTime >= dropped);
            dropped = loop.FrameStats.DroppedTime;
        });
        RunFor(TimeSpan.FromHours(6));
        Check.Equal(TimeSpan.FromSeconds(1_000_000), shortest);
        Check.Equal(0L, loop.Counters.Errors);
    }

    [Case]
    public void A_disposed_loop_has_no_game_time()
    {
        Loop.Dispose();
        Check.Throws<ObjectDisposedException>(Loop.Pause);
        Check.Throws<ObjectDisposedException>(Loop.Resume);
        Check.Throws<ObjectDisposedException>(Loop.StepOnce);
    }
}
