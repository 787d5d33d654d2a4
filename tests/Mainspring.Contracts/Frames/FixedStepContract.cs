using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>Fixed steps: how many a frame runs, what is dropped, and who runs in them.</summary>
public sealed class FixedStepContract : VirtualLoopSuite
{
    [Case]
    public void A_frame_runs_as_many_steps_as_whole_ones_have_passed()
    {
        MainLoop loop = Host(stepMs: 10);
        loop.OnFrame(FramePhase.FixedUpdate, frame =>
        {
            Check.Equal(Ms(10), frame.Delta);
            Journal.Add($"step {loop.FixedStep.Index} at {loop.FixedStep.Time.TotalMilliseconds}");
        });
        loop.OnFrame(FramePhase.Render, frame => Journal.Add($"{frame.Delta.TotalMilliseconds}: {loop.Interpolation:0.0}"));
        Check.Equal(new FixedStep(-1, Ms(-10), Ms(10)), loop.FixedStep, "before the first step the simulated state stands for 0");
        foreach (double delta in (double[])[0, 9, 1, 25, 4, 1, 30])
        {
            loop.TickFrame(Ms(delta), Ms(5));
        }

        Check.Sequence(
            [
                "0: 0.0",
                "9: 0.9",
                "step 0 at 0", "1: 0.0",
                "step 1 at 10", "step 2 at 20", "25: 0.5",
                "4: 0.9",
                "step 3 at 30", "1: 0.0",
                "step 4 at 40", "step 5 at 50", "step 6 at 60", "30: 0.0",
            ],
            Journal);
        Check.Equal(TimeSpan.Zero, loop.FrameStats.DroppedTime);
    }

    [Case]
    public void The_phases_around_the_steps_run_once_a_frame()
    {
        MainLoop loop = Host(stepMs: 10);
        foreach (FramePhase phase in Enum.GetValues<FramePhase>())
        {
            loop.OnFrame(phase, _ => Journal.Add($"{phase}"));
        }

        loop.TickFrame(Ms(20), Ms(5));
        loop.TickFrame(Ms(5), Ms(5));
        Check.Sequence(
            [
                "Input", "FixedUpdate", "FixedUpdate", "Update", "LateUpdate", "Render", "Present",
                "Input", "Update", "LateUpdate", "Render", "Present",
            ],
            Journal);
    }

    [Case]
    public void The_clamp_drops_whole_steps_and_says_how_much()
    {
        MainLoop loop = Host(stepMs: 10, most: 3);
        int steps = 0;
        loop.OnFrame(FramePhase.FixedUpdate, _ => steps++);
        loop.TickFrame(Ms(57), Ms(5)); // five steps and 7 ms: three run, two are dropped, 7 ms stay
        Check.Equal(3, steps);
        Check.Equal(Ms(20), loop.FrameStats.DroppedTime);
        Check.Equal(0.7, loop.Interpolation);
        loop.TickFrame(Ms(3), Ms(5));
        Check.Equal(4, steps, "the steps have kept their phase");
        Check.Equal(new FixedStep(3, Ms(30), Ms(10)), loop.FixedStep, "no number and no simulated time is left out");
        Check.Equal(Ms(20), loop.FrameStats.DroppedTime);
    }

    [Case]
    public void A_job_of_FixedUpdate_takes_one_step_in_each_fixed_step()
    {
        MainLoop loop = Host(stepMs: 10);
        Job job = loop.StartJob(Routine(), FramePhase.FixedUpdate);
        loop.TickFrame(Ms(30), Ms(5));
        Check.Sequence(["job in 0", "job in 1", "job in 2"], Journal);
        loop.TickFrame(Ms(9), Ms(5));
        Check.Equal(3, Journal.Count, "no fixed step, no step of the job");
        loop.TickFrame(Ms(1), Ms(5));
        Check.Equal("job in 3", Journal[^1]);
        Check.Equal(4L, job.Stats.Steps);

        IEnumerator<Wait> Routine()
        {
            while (true)
            {
                Journal.Add($"job in {loop.FixedStep.Index}");
                yield return Wait.NextFrame;
            }
        }
    }

    [Case]
    public void Wait_FixedStep_of_a_job_of_another_phase_is_the_next_step_and_then_it_returns_home()
    {
        MainLoop loop = Host(stepMs: 10);
        loop.OnFrame(FramePhase.FixedUpdate, _ => Journal.Add($"step {loop.FixedStep.Index}"));
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"update {frame.Index}"));
        Job job = loop.StartJob(Routine());
        foreach (double delta in (double[])[0, 5, 25, 0, 30, 0, 0])
        {
            loop.TickFrame(Ms(delta), Ms(5));
        }

        Check.Sequence(
            [
                "update 0", "asks",
                "update 1",                              // no step in this frame
                "step 0", "in a step", "step 1", "in the next step", "step 2", "update 2",
                "update 3", "at home",                   // yielded null in a step: the next frame, in its own phase
                "step 3", "in a step", "step 4", "step 5", "update 4",
                "update 5",                              // two frames, counted at home from the frame after the step's
                "update 6", "two frames later",
            ],
            Journal);
        Check.True(job.IsDone);
        Check.Equal(6L, job.Stats.Steps);

        IEnumerator<Wait> Routine()
        {
            Journal.Add("asks");
            yield return Wait.FixedStep;
            Journal.Add("in a step");
            yield return Wait.FixedStep;
            Journal.Add("in the next step");
            yield return Wait.NextFrame;
            Journal.Add("at home");
            yield return Wait.FixedStep;
            Journal.Add("in a step");
            yield return Wait.Frames(2);
            Journal.Add("two frames later");
        }
    }

    [Case]
    public void Wait_FixedStep_in_a_routine_within_and_a_cancelled_wait_leave_nothing_behind()
    {
        MainLoop loop = Host(stepMs: 10);
        loop.StartJob(Outer());
        Job cancelled = loop.StartJob(Cancelled());
        loop.TickFrame(Ms(0), Ms(5));
        cancelled.Cancel();
        loop.TickFrame(Ms(20), Ms(5));
        loop.TickFrame(Ms(20), Ms(5));
        Check.Sequence(["finally", "inner 0", "outer"], Journal, "the inner one ends in step 0, and its caller goes on there");
        Check.Equal(0, loop.Jobs.Count);

        IEnumerator<Wait> Outer()
        {
            yield return Wait.Routine(Inner());
            Journal.Add("outer");
        }

        IEnumerator<Wait> Inner()
        {
            yield return Wait.FixedStep;
            Journal.Add($"inner {loop.FixedStep.Index}");
        }

        IEnumerator<Wait> Cancelled()
        {
            try
            {
                yield return Wait.FixedStep;
                Journal.Add("never");
            }
            finally
            {
                Journal.Add("finally");
            }
        }
    }

    [Case]
    public void Wait_FixedStep_works_without_fixed_steps_and_without_frames()
    {
        foreach (bool hasFrames in (bool[])[true, false])
        {
            Journal.Clear();
            MainLoop loop = Build(new LoopOptions { Clock = new VirtualClock(), FrameRate = hasFrames ? 100 : null });
            loop.StartJob(Routine(), FramePhase.LateUpdate, "late");
            loop.Run(new RunOptions { For = Ms(100), UntilIdle = true });
            Check.Sequence(["asks", "in FixedUpdate", "at home"], Journal);
            Check.Equal(0L, loop.Counters.Errors, string.Join("; ", Log.Messages.Take(1)));
        }

        IEnumerator<Wait> Routine()
        {
            Journal.Add("asks");
            yield return Wait.FixedStep;
            Journal.Add("in FixedUpdate");
            yield return Wait.NextFrame;
            Journal.Add("at home");
        }
    }

    [Case]
    public void A_job_that_is_started_in_a_step_runs_from_the_next_step_on()
    {
        MainLoop loop = Host(stepMs: 10);
        bool started = false;
        loop.OnFrame(FramePhase.FixedUpdate, _ =>
        {
            if (!started)
            {
                started = true;
                loop.StartJob(Routine(), FramePhase.FixedUpdate);
            }
        });
        loop.TickFrame(Ms(30), Ms(5));
        Check.Sequence(["1", "2"], Journal);

        IEnumerator<Wait> Routine()
        {
            while (true)
            {
                Journal.Add($"{loop.FixedStep.Index}");
                yield return Wait.NextFrame;
            }
        }
    }

    [Case]
    public void Steps_of_a_job_are_counted_wherever_in_a_frame_it_began_to_wait()
    {
        MainLoop loop = Host(stepMs: 10);
        var jobs = new List<Job>();
        foreach (FramePhase phase in (FramePhase[])[FramePhase.Input, FramePhase.Update, FramePhase.Render])
        {
            loop.OnFrame(phase, frame =>
            {
                if (frame.Index == 0)
                {
                    jobs.Add(loop.StartJob(Routine()));
                }
            });
        }

        loop.StartJob(Starting());
        loop.StartJob(Routine());
        loop.TickFrame(Ms(0), Ms(5));
        Check.Sequence([0L, 0, 0, 0, 0], jobs.Select(static job => job.Stats.Steps), "all began to wait when this frame had begun");
        loop.TickFrame(Ms(0), Ms(5));
        loop.TickFrame(Ms(0), Ms(5));
        Check.Sequence([2L, 2, 0, 2, 2], jobs.Select(static job => job.Stats.Steps));

        IEnumerator<Wait> Starting()
        {
            jobs.Add(loop.StartJob(Routine()));
            jobs[^1].Cancel();
            jobs.Add(loop.StartJob(Routine()));
            jobs[^1].Unref();
            yield return Wait.Until(static () => false);
        }

        static IEnumerator<Wait> Routine()
        {
            while (true)
            {
                yield return Wait.NextFrame;
            }
        }
    }

    [Case]
    public void A_step_that_throws_does_not_take_the_others_with_it()
    {
        MainLoop loop = Host(stepMs: 10);
        loop.OnFrame(FramePhase.FixedUpdate, _ =>
        {
            Journal.Add($"{loop.FixedStep.Index}");
            throw new FormatException();
        });
        loop.TickFrame(Ms(30), Ms(5));
        Check.Sequence(["0", "1", "2"], Journal);
        Check.Equal(3L, loop.Counters.Errors);
    }

    [Case]
    public void A_callback_that_is_cancelled_in_a_step_runs_no_more_in_the_same_frame()
    {
        MainLoop loop = Host(stepMs: 10);
        FrameHandle handle = null!;
        handle = loop.OnFrame(FramePhase.FixedUpdate, _ =>
        {
            Journal.Add("step");
            handle.Cancel();
        });
        loop.TickFrame(Ms(30), Ms(5));
        Check.Equal(1, Journal.Count);
    }

    [Case]
    public void Steps_follow_the_real_frames_of_a_paced_loop_and_lose_no_time()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60, FixedStep = TimeSpan.FromTicks(83_333) }); // 120 Hz
        long steps = 0;
        loop.OnFrame(FramePhase.FixedUpdate, _ => steps++);
        RunFor(TimeSpan.FromMinutes(10) - Ms(1));
        // Frames started at 0, 16.6 … 599,983.3 ms; the first one stands for one period too. 100 ns of the step are exact, so 120 Hz is 4e-6 too fast.
        Check.Equal(6_000_000_000L / 83_333, steps);
        Check.Equal(steps - 1, loop.FixedStep.Index);
        Check.Equal(TimeSpan.FromTicks(83_333) * (steps - 1), loop.FixedStep.Time);
        Check.Equal(TimeSpan.Zero, loop.FrameStats.DroppedTime);
    }

    [Case]
    public void A_frame_locked_loop_runs_the_same_steps()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 50, Pacing = Pacing.FrameLocked, FixedStep = Ms(5) });
        loop.OnFrame(FramePhase.FixedUpdate, frame => Journal.Add($"{frame.Index}.{loop.FixedStep.Index}"));
        RunFor(Ms(30));
        Check.Sequence(["0.0", "0.1", "0.2", "0.3", "1.4", "1.5", "1.6", "1.7"], Journal);
    }

    [Case]
    public void What_was_cancelled_while_no_step_runs_is_gone_after_the_next_frame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FixedStep = Ms(10) });
        loop.Pause();
        var tokens = new List<CancellationTokenSource>();
        var jobs = new List<Job>();
        for (int i = 0; i < 100; i++)
        {
            tokens.Add(new CancellationTokenSource());
            WaitForStep(tokens[i].Token).Forget();
            jobs.Add(loop.StartJob(Steps($"{i}"), FramePhase.FixedUpdate));
        }

        loop.CallLater(Ms(20), () =>
        {
            tokens.Take(99).ToList().ForEach(static token => token.Cancel());
            jobs.Take(99).ToList().ForEach(static job => job.Cancel());
        });
        RunFor(Ms(35));
        Check.Equal(99, Journal.Count, "cancelled methods have gone on");
        Check.Equal(1, loop.JobTable.PlacesIn(FramePhase.FixedUpdate));
        Check.Equal(1, loop.AwaitsIn(FramePhase.FixedUpdate));
        jobs[99].Unref();
        loop.Resume();
        RunFor(Ms(10));
        Check.Equal("step of 99", Journal[99], "what was not cancelled has kept its place");
        Check.Equal("on", Journal[100]);
        loop.Pause();
        jobs[99].Cancel();
        RunFor(Ms(10));
        Check.Equal(0, loop.JobTable.PlacesIn(FramePhase.FixedUpdate));
        Check.Equal(0, loop.AwaitsIn(FramePhase.FixedUpdate));

        IEnumerator<Wait> Steps(string name)
        {
            while (true)
            {
                Journal.Add($"step of {name}");
                yield return Wait.NextFrame;
            }
        }

        async LoopTask WaitForStep(CancellationToken token)
        {
            try
            {
                await loop.NextFrame(FramePhase.FixedUpdate, token);
                Journal.Add("on");
            }
            catch (OperationCanceledException)
            {
                Journal.Add("cancelled");
            }
        }
    }

    [Case]
    public void Time_that_is_dropped_grows_to_the_farthest_and_no_further()
    {
        MainLoop loop = Host(stepMs: 10);
        TimeSpan before = TimeSpan.Zero;
        for (int i = 0; i < 4; i++)
        {
            loop.TickFrame(TimeSpan.MaxValue, Ms(5));
            Check.True(loop.FrameStats.DroppedTime >= before, $"{loop.FrameStats.DroppedTime}");
            Check.True(loop.Interpolation is >= 0 and <= 1);
            before = loop.FrameStats.DroppedTime;
        }

        Check.True(before > TimeSpan.FromDays(365 * 100));
        loop.TickFrame(Ms(20), Ms(5));
        Check.Equal(33L, loop.FixedStep.Index);
    }

    [Case]
    public void Simulated_time_grows_to_the_farthest_and_no_further()
    {
        var steps = new FixedSteps(new LoopOptions { Pacing = Pacing.Host, FixedStep = TimeSpan.FromDays(1), MaxFixedSteps = int.MaxValue });
        long before = long.MinValue;
        for (int i = 0; i < 3; i++)
        {
            steps.BeginFrame(Nanoseconds.From(TimeSpan.FromDays(45_000)), isSingleStep: false);
            while (steps.TryBegin(isPaused: false))
            {
                Check.True(steps.TimeNs >= before);
                before = steps.TimeNs;
            }
        }

        Check.Equal(134_999L, steps.Current.Index);
        Check.Equal(Nanoseconds.Farthest, before);
    }

    [Case]
    public void What_makes_no_steps_is_refused_by_name()
    {
        Check.Contains("FixedStep", Check.Throws<ArgumentOutOfRangeException>(() => _ = new MainLoop(new LoopOptions { FrameRate = 60, FixedStep = TimeSpan.Zero })).Message);
        Check.Contains("FixedStep", Check.Throws<ArgumentException>(() => _ = new MainLoop(new LoopOptions { FixedStep = Ms(10) })).Message);
        Check.Contains("MaxFixedSteps", Check.Throws<ArgumentOutOfRangeException>(() => _ = new MainLoop(new LoopOptions { FrameRate = 60, MaxFixedSteps = 0 })).Message);
    }

    [Case]
    public void Fixed_steps_allocate_nothing()
    {
        MainLoop loop = Host(stepMs: 10);
        long sum = 0;
        loop.OnFrame(FramePhase.FixedUpdate, frame => sum += frame.Delta.Ticks + loop.FixedStep.Index);
        loop.StartJob(Forever(), FramePhase.FixedUpdate);
        loop.StartJob(InAndOut());
        Allocations.None(() => loop.TickFrame(Ms(25), Ms(5)));
        Check.True(sum > 0);

        static IEnumerator<Wait> Forever()
        {
            while (true)
            {
                yield return Wait.NextFrame;
            }
        }

        static IEnumerator<Wait> InAndOut()
        {
            while (true)
            {
                yield return Wait.FixedStep;
                yield return Wait.NextFrame;
            }
        }
    }

    private MainLoop Host(double stepMs, int most = 8) =>
        Build(new LoopOptions { Pacing = Pacing.Host, FixedStep = Ms(stepMs), MaxFixedSteps = most });
}
