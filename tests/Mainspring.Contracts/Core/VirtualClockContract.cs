using System.Diagnostics;

namespace Mainspring.Contracts.Core;

/// <summary>The clock for tests and replay, and the TimeProvider on it.</summary>
public sealed class VirtualClockContract : VirtualLoopSuite
{
    [Case]
    public void A_loop_that_can_only_wait_for_other_threads_says_so_once()
    {
        var log = new SilentLog();
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock { Patience = Ms(1) }, Log = log });
        loop.Add(new QueueSource { Name = "the silent one" });
        Worker other = Worker.Start(() =>
        {
            Patience.Until(() => log.Messages.Count > 0, "the warning");
            loop.Post(static () => { });
            loop.Post(loop.Stop);
        });
        loop.Run(new RunOptions { UntilIdle = true });
        other.Join();
        Check.Equal(1, log.Messages.Count);
        Check.Contains("the silent one", log.Messages[0]);
    }

    [Case]
    public void An_hour_of_timers_takes_no_time()
    {
        long before = Stopwatch.GetTimestamp();
        Loop.CallLater(TimeSpan.FromHours(1), Note("ran"));
        RunUntilIdle();
        Check.Sequence(["ran"], Journal);
        Check.Equal(TimeSpan.FromHours(1), Clock.Now);
        Check.True(Stopwatch.GetElapsedTime(before) < TimeSpan.FromMinutes(1));
    }

    [Case]
    public void Time_stands_still_while_anything_is_runnable()
    {
        Loop.CallLater(Ms(1), () => Journal.Add("timer"));
        int left = 1_000;
        Loop.CallSoon(Again);
        RunUntilIdle();
        Check.Equal("timer", Journal[^1]);
        Check.Equal(1_001, Journal.Count);

        void Again()
        {
            Check.Equal(TimeSpan.Zero, Clock.Now);
            Journal.Add("callback");
            if (--left > 0)
            {
                Loop.CallSoon(Again, (Priority)(left % 5));
            }
        }
    }

    [Case]
    public void Time_stands_still_in_a_tick_that_may_not_wait()
    {
        Loop.CallLater(Ms(1), Note("timer"));
        Pump.Ticks(Loop, 5);
        Check.Equal(TimeSpan.Zero, Clock.Now);
        Check.Equal(0, Journal.Count);
        Loop.Tick(Ms(10));
        Check.Equal(Ms(1), Clock.Now);
        Loop.Tick(Ms(10));
        Check.Equal(Ms(11), Clock.Now, "nothing is left to come: the tick has waited for all of its time");
    }

    [Case]
    public void Time_stands_still_while_others_work_for_the_loop()
    {
        Loop.CallLater(Ms(1), Note("timer"));
        Loop.OutstandingWork = 1;
        using var helper = new Timer(
            _ =>
            {
                Interlocked.Decrement(ref Loop.OutstandingWork);
                Loop.Post(() => Journal.Add($"work ended at {Clock.Now.TotalMilliseconds}"));
            },
            null, 20, Timeout.Infinite);
        RunUntilIdle();
        Check.Sequence(["work ended at 0", "timer"], Journal);
    }

    [Case]
    public void Autojump_goes_straight_to_the_next_deadline()
    {
        foreach (double ms in (double[])[30, 10, 20])
        {
            Loop.CallLater(Ms(ms), () => Journal.Add($"{Clock.Now.TotalMilliseconds}"));
        }

        RunUntilIdle();
        Check.Sequence(["10", "20", "30"], Journal);
        Check.True(Loop.Counters.Ticks <= 4);
    }

    [Case]
    public void A_manual_clock_moves_by_Advance_only()
    {
        var clock = new VirtualClock { Autojump = false };
        MainLoop loop = Build(new LoopOptions { Clock = clock });
        loop.CallLater(Ms(10), Note("timer"));
        Check.Equal(new TickResult(TickOutcome.RunAt, Ms(10)), loop.Tick());
        clock.Advance(Ms(9.9999));
        loop.Tick();
        Check.Equal(0, Journal.Count);
        clock.Advance(TimeSpan.FromTicks(1));
        loop.Tick();
        Check.Sequence(["timer"], Journal);
        Check.Equal(Ms(10), clock.Now);
    }

    [Case]
    public void Advance_from_another_thread_wakes_a_loop_that_waits()
    {
        var clock = new VirtualClock { Autojump = false };
        MainLoop loop = Build(new LoopOptions { Clock = clock });
        loop.CallLater(Ms(10), loop.Stop);
        using var other = new Timer(_ => clock.Advance(Ms(4)), null, 5, 5);
        loop.Run();
        Check.True(clock.Now >= Ms(12));
    }

    [Case]
    public void Advance_wakes_a_frame_locked_loop_that_waits()
    {
        var clock = new VirtualClock { Autojump = false };
        MainLoop loop = Build(new LoopOptions { Clock = clock, FrameRate = 100, Pacing = Pacing.FrameLocked });
        loop.OnFrame(FramePhase.Update, frame =>
        {
            if (frame.Index == 2)
            {
                loop.Stop();
            }
        });
        using var other = new Timer(_ => clock.Advance(Ms(4)), null, 5, 5);
        loop.Run();
        Check.True(clock.Now >= Ms(20));
    }

    [Case]
    public void Time_does_not_go_back()
    {
        ArgumentOutOfRangeException exception = Check.Throws<ArgumentOutOfRangeException>(() => Clock.Advance(TimeSpan.FromTicks(-1)));
        Check.Equal("by", exception.ParamName);
    }

    [Case]
    public void A_rate_lets_virtual_time_pass_with_real_time()
    {
        var clock = new VirtualClock { Rate = 1_000 };
        MainLoop loop = Build(new LoopOptions { Clock = clock });
        long before = Stopwatch.GetTimestamp();
        TimeSpan start = clock.Now;
        loop.CallLater(TimeSpan.FromSeconds(10), Note("timer"));
        loop.Run(new RunOptions { UntilIdle = true });
        Check.Sequence(["timer"], Journal);
        Check.True(clock.Now - start >= TimeSpan.FromSeconds(10));
        Check.True(Stopwatch.GetElapsedTime(before) >= Ms(10), "10 virtual seconds are 10 real milliseconds, and it is never early");
    }

    [Case]
    public void A_slow_rate_bears_deadlines_that_are_far()
    {
        var clock = new VirtualClock { Rate = 0.001 };
        Check.Equal(long.MaxValue, clock.ToSystemNs(long.MaxValue));
        Check.True(clock.ToSystemNs(Nanoseconds.Farthest - 1) > MonotonicClock.SystemNs());
    }

    [Case]
    public void A_rate_that_is_no_rate_is_refused()
    {
        foreach (double rate in (double[])[double.NaN, double.PositiveInfinity, -1])
        {
            Check.Throws<ArgumentOutOfRangeException>(() => _ = new VirtualClock { Rate = rate });
        }
    }

    [Case]
    public void A_clock_serves_one_loop()
    {
        Loop.Tick();
        Check.Contains("clock of its own", Check.Throws<InvalidOperationException>(() => _ = new MainLoop(new LoopOptions { Clock = Clock })).Message);
    }

    [Case]
    public void Endless_background_work_does_not_stop_the_time()
    {
        Loop.CallInBackground(static _ => true);
        Loop.CallLater(TimeSpan.FromSeconds(1), Note("timer"));
        RunFor(TimeSpan.FromSeconds(2));
        Check.Sequence(["timer"], Journal);
        Check.Equal(TimeSpan.FromSeconds(2), Clock.Now);
    }

    [Case]
    public void Endless_background_work_does_not_stop_the_frames()
    {
        foreach (Pacing pacing in (Pacing[])[Pacing.Responsive, Pacing.FrameLocked])
        {
            MainLoop loop = Build(new LoopOptions { Clock = new VirtualClock(), FrameRate = 100, Pacing = pacing });
            var starts = new List<double>();
            loop.OnFrame(FramePhase.Update, frame => starts.Add(frame.Start.TotalMilliseconds));
            BackgroundHandle work = loop.CallInBackground(static _ => true);
            loop.Run(new RunOptions { For = Ms(45) });
            Check.Sequence([0, 10, 20, 30, 40], starts, pacing.ToString());
            Check.True(work.Steps >= 5);
        }
    }

    [Case]
    public void Short_background_work_takes_no_virtual_time()
    {
        int steps = 0;
        Loop.CallInBackground(_ => ++steps < 50);
        Loop.CallLater(Ms(1), () => Journal.Add($"{steps} steps at {Clock.Now.TotalMilliseconds}"));
        RunUntilIdle();
        Check.Sequence(["50 steps at 1"], Journal);
    }

    [Case]
    public void The_TimeProvider_shows_the_virtual_time()
    {
        TimeProvider time = Loop.TimeProvider;
        Check.Equal(1_000_000_000L, time.TimestampFrequency);
        long before = time.GetTimestamp();
        Check.Equal(Clock.Start, time.GetUtcNow());
        Loop.CallLater(TimeSpan.FromDays(1), static () => { });
        RunUntilIdle();
        Check.Equal(TimeSpan.FromDays(1), time.GetElapsedTime(before));
        Check.Equal(Clock.Start.AddDays(1), time.GetUtcNow());
        Check.Equal(time.GetUtcNow().DateTime, time.GetLocalNow().DateTime, "the virtual world lies in the zone of UTC");
    }

    [Case]
    public void Task_Delay_obeys_the_virtual_clock()
    {
        Loop.RunUntilComplete(Sleep());
        Check.Sequence(["0", "1", "4"], Journal);

        async Task Sleep()
        {
            Journal.Add($"{Clock.Now.TotalHours}");
            await Task.Delay(TimeSpan.FromHours(1), Loop.TimeProvider);
            Journal.Add($"{Clock.Now.TotalHours}");
            await Task.Delay(TimeSpan.FromHours(3), Loop.TimeProvider);
            Journal.Add($"{Clock.Now.TotalHours}");
        }
    }

    [Case]
    public void A_CancellationTokenSource_obeys_the_virtual_clock()
    {
        using var source = new CancellationTokenSource(TimeSpan.FromMinutes(5), Loop.TimeProvider);
        source.Token.Register(() => Journal.Add($"{Clock.Now.TotalMinutes}"));
        RunUntilIdle();
        Check.Sequence(["5"], Journal);
    }

    [Case]
    public void A_timer_of_the_TimeProvider_repeats_changes_and_ends()
    {
        ITimer timer = null!;
        Loop.CallSoon(() => timer = Loop.TimeProvider.CreateTimer(_ => Journal.Add($"{Clock.Now.TotalMilliseconds}"), null, Ms(5), Ms(10)));
        RunFor(Ms(26));
        Check.Sequence(["5", "15", "25"], Journal);
        Loop.CallSoon(() => Check.True(timer.Change(Ms(1), Timeout.InfiniteTimeSpan)));
        RunFor(Ms(50));
        Check.Sequence(["5", "15", "25", "27"], Journal);
        Check.True(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
        RunFor(Ms(50));
        Check.Equal(5, Journal.Count);
        timer.Dispose();
        Check.False(timer.Change(Ms(1), Ms(1)));
        RunUntilIdle();
        Check.Equal(5, Journal.Count);
    }

    [Case]
    public void A_timer_of_the_TimeProvider_runs_on_the_loop_whoever_made_it()
    {
        ITimer timer = null!;
        OnAnotherThread(() => timer = Loop.TimeProvider.CreateTimer(
            _ => Journal.Add($"{MainLoop.Current == Loop}"), null, Ms(5), Timeout.InfiniteTimeSpan));
        RunUntilIdle();
        Check.Sequence(["True"], Journal);
        timer.Dispose();
    }

    [Case]
    public void A_timer_of_the_TimeProvider_whose_callback_throws_goes_on()
    {
        Loop.UnhandledException += static context => context.Handled = true;
        using ITimer timer = Loop.TimeProvider.CreateTimer(
            _ =>
            {
                Journal.Add("ran");
                throw new InvalidOperationException();
            },
            null, Ms(1), Ms(1));
        RunFor(Ms(3));
        Check.Equal(3, Journal.Count);
    }

    [Case]
    public void A_timer_of_the_TimeProvider_can_end_itself_in_its_callback()
    {
        ITimer timer = null!;
        timer = Loop.TimeProvider.CreateTimer(
            _ =>
            {
                Journal.Add("ran");
                timer.Dispose();
            },
            null, Ms(1), Ms(1));
        RunUntilIdle();
        Check.Sequence(["ran"], Journal);
    }

    [Case]
    public void A_timer_of_the_TimeProvider_that_another_thread_has_put_off_is_not_early()
    {
        ITimer timer = null!;
        Loop.CallLater(Ms(1), () => OnAnotherThread(() => timer.Change(Ms(100), Timeout.InfiniteTimeSpan))); // due in the same tick, and before it
        Loop.CallSoon(() => timer = Loop.TimeProvider.CreateTimer(_ => Journal.Add($"{Clock.Now.TotalMilliseconds}"), null, Ms(1), Timeout.InfiniteTimeSpan));
        RunUntilIdle();
        Check.Sequence(["101"], Journal);
        timer.Dispose();
    }
}
