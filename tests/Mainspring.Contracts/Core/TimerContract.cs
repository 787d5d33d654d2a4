using System.Diagnostics;

namespace Mainspring.Contracts.Core;

/// <summary>Timers: their order, their limits, and that they are never early.</summary>
public sealed class TimerContract : VirtualLoopSuite
{
    [Case]
    public void Timers_run_by_deadline_and_equal_deadlines_first_in_first_out()
    {
        const int Timers = 20_000;
        var random = new Random(3);
        var expected = new List<(long Deadline, int Number)>();
        var ran = new List<(long Deadline, int Number)>();
        for (int i = 0; i < Timers; i++)
        {
            // Few different deadlines on every scale of the wheel, so that there are many ties.
            long deadline = (long)random.Next(1, 40) << random.Next(0, 40);
            var timer = (deadline, i);
            expected.Add(timer);
            Loop.CallAt(new TimeSpan(deadline), () =>
            {
                Check.Equal(timer.deadline, Loop.Now.Ticks, "on time, to the 100 ns");
                ran.Add(timer);
            });
        }

        RunUntilIdle();
        Check.Equal(0L, Loop.Counters.Errors);
        Check.True(expected.OrderBy(static timer => timer).SequenceEqual(ran));
    }

    [Case]
    public void Equal_deadlines_stay_first_in_first_out_through_one_late_tick()
    {
        for (int i = 0; i < 5_000; i++)
        {
            int number = i;
            Loop.CallAt(Ms(100), () => Journal.Add($"{number}"));
        }

        Clock.Advance(Ms(1_000));
        Loop.Tick();
        Check.Sequence(Enumerable.Range(0, 5_000).Select(static number => $"{number}"), Journal);
    }

    [Case]
    public void A_timer_that_is_scheduled_by_a_timer_for_now_runs_in_the_next_tick()
    {
        Loop.CallLater(Ms(1), () =>
        {
            Journal.Add("first");
            Loop.CallLater(TimeSpan.Zero, Note("second"));
            Loop.CallSoon(Note("soon"));
        });
        Clock.Advance(Ms(1));
        Loop.Tick();
        Check.Sequence(["first", "soon"], Journal);
        Loop.Tick();
        Check.Sequence(["first", "soon", "second"], Journal);
    }

    [Case]
    public void A_negative_delay_means_now()
    {
        Loop.CallLater(TimeSpan.MinValue, Note("min"));
        Loop.CallLater(TimeSpan.FromTicks(-1), Note("-1 tick"));
        Loop.CallLater(-1e9, Note("-1e9 s"));
        Loop.CallLater(-0.0, Note("-0.0"));
        Loop.CallAt(TimeSpan.MinValue, Note("at min"));
        Loop.Tick();
        Check.Sequence(["min", "-1 tick", "-1e9 s", "-0.0", "at min"], Journal);
        Check.Equal(TimeSpan.Zero, Clock.Now);
    }

    [Case]
    public void NaN_and_infinite_delays_and_such_beyond_TimeSpan_are_refused_by_name_and_value()
    {
        foreach (double delay in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e12, -1e12, double.MaxValue])
        {
            ArgumentOutOfRangeException exception = Check.Throws<ArgumentOutOfRangeException>(() => Loop.CallLater(delay, Note("never")), $"{delay}");
            Check.Equal("delaySeconds", exception.ParamName);
            Check.Equal(delay, (double)exception.ActualValue!);
            Check.Contains("delaySeconds", exception.Message);
            Check.Contains($"{delay}", exception.Message);
        }

        Check.Equal(0, Loop.Counters.Timers);
    }

    [Case]
    public void A_period_that_is_not_positive_is_refused_by_name_and_value()
    {
        foreach (TimeSpan period in (TimeSpan[])[TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.MinValue])
        {
            ArgumentOutOfRangeException exception = Check.Throws<ArgumentOutOfRangeException>(() => Loop.CallEvery(period, Note("never")));
            Check.Equal("period", exception.ParamName);
            Check.Contains($"{period}", exception.Message);
        }
    }

    [Case]
    public void A_delay_in_seconds_is_rounded_up_to_the_nanosecond()
    {
        long[] deadlines = [.. Delays().Select(delay => DeadlineOf(Loop.CallLater(delay, static () => { })))];
        Check.Sequence([1, 1, 500_000_000, 4_000_000_000], deadlines);

        static IEnumerable<double> Delays() => [1e-12, 1e-9, 0.5, 4];
        long DeadlineOf(TimerHandle handle)
        {
            long ns = Loop.Timers.NextDeadlineNs();
            handle.Cancel();
            return ns;
        }
    }

    [Case]
    public void A_delay_of_TimeSpan_MaxValue_is_accepted_and_never_due()
    {
        TimerHandle[] never =
        [
            Loop.CallLater(TimeSpan.MaxValue, Note("never")),
            Loop.CallAt(TimeSpan.MaxValue, Note("never")),
            Loop.CallLater(TimeSpan.MaxValue.TotalSeconds, Note("never")),
            Loop.CallEvery(TimeSpan.MaxValue, Note("never")),
        ];
        Check.Equal(null, Loop.NextDeadline);
        Check.Equal(new TickResult(TickOutcome.WaitForDescriptor, default), Loop.Tick());
        Loop.CallLater(Ms(1), Note("ran"));
        Loop.CallLater(TimeSpan.FromDays(365.25 * 140), Loop.Stop);
        Loop.Run();
        Clock.Advance(TimeSpan.MaxValue);
        Clock.Advance(TimeSpan.MaxValue);
        Check.True(Clock.Now > TimeSpan.FromDays(365.25 * 140), "time does not wrap around");
        Loop.Tick();
        Check.Sequence(["ran"], Journal);
        Check.True(Array.TrueForAll(never, static timer => timer.IsPending && timer.Cancel()));
        Check.Equal(0, Loop.Counters.Timers);
    }

    [Case]
    public void A_loop_that_only_waits_for_never_does_not_jump_there()
    {
        Loop.CallLater(TimeSpan.MaxValue, Note("never"));
        using var timer = new Timer(_ => Loop.Stop(), null, 20, Timeout.Infinite); // from outside: nothing inside is ever due
        Loop.Run();
        Loop.Tick(); // and without a wait
        Check.Equal(TimeSpan.Zero, Clock.Now);
        Check.Equal(0, Journal.Count);
    }

    [Case]
    public void After_100_years_at_1_kHz_nothing_overflows()
    {
        TimeSpan century = TimeSpan.FromDays(36_525);
        TimerHandle timer = Loop.CallEvery(Ms(1), Note("tick"));
        MainLoop paced = Build(new LoopOptions { Clock = new VirtualClock(), FrameRate = 1_000 });
        int frames = 0;
        paced.OnFrame(FramePhase.Update, _ => frames++);
        paced.Run(new RunOptions { For = Ms(10) });

        Clock.Advance(century);
        paced.CallSoon(() => ((VirtualClock)paced.Clock).Advance(century)); // a very slow callback
        Loop.Tick();
        Check.Equal(1, Journal.Count);
        Check.Equal((long)century.TotalMilliseconds - 1, timer.MissedPeriods);
        Check.Equal(century + Ms(1), timer.When);
        Loop.CallLater(Ms(0.5), Note("later"));
        Loop.CallLater(TimeSpan.FromDays(36_525 * 0.4), Note("in 40 years"));
        RunFor(Ms(10));
        Check.Equal(12, Journal.Count);
        Check.Equal("later", Journal[1]);

        frames = 0;
        paced.Run(new RunOptions { For = TimeSpan.FromTicks(1) });
        paced.Run(new RunOptions { For = Ms(10) });
        Check.Equal(11, frames, "the late one, and ten on the grid");
        Check.Equal((long)century.TotalMilliseconds - 1, paced.FrameStats.Dropped);
        Check.Equal(century + Ms(20), paced.Clock is VirtualClock clock ? clock.Now : default);
    }

    [Case]
    public void Timers_on_every_scale_run_in_time_when_time_jumps_far()
    {
        // One timer at each power of two of nanoseconds, and time that jumps over many of them at once.
        var expected = new List<int>();
        var ran = new List<int>();
        for (int bit = 61; bit >= 0; bit--)
        {
            int number = bit;
            expected.Insert(0, bit);
            Loop.CallAtNs(1L << bit, _ => ran.Add(number), this);
        }

        long ns = 100;
        while (ran.Count < 62 && ns < Nanoseconds.Farthest / 7)
        {
            Clock.Advance(Nanoseconds.ToTimeSpan(ns * 6));
            Loop.Tick();
            ns *= 7;
        }

        RunUntilIdle();
        Check.Sequence(expected, ran);
    }

    [Case]
    public void A_tick_at_NextDeadline_gets_on_although_it_is_told_in_100_ns()
    {
        int ran = 0;
        Loop.CallAtNs(150, Count, this);
        Check.Equal(new TickResult(TickOutcome.RunAt, new TimeSpan(2)), Loop.Tick());
        Clock.Advance(Loop.NextDeadline!.Value);
        Loop.Tick();
        Check.Equal(1, ran);

        // So many that the nearest slot's start stands for them, which is no multiple of 100 ns.
        const int Crowd = 2_000;
        for (int i = 0; i < Crowd; i++)
        {
            Loop.CallAt(Ms(300_000), () => ran++);
        }

        int ticks = 0;
        for (; Loop.NextDeadline is { } next && ticks < 10; ticks++)
        {
            Clock.Advance(next - Clock.Now);
            Loop.Tick();
        }

        Check.Equal(1 + Crowd, ran, $"in {ticks} ticks");
        Check.True(ticks <= 4, $"{ticks} ticks: one for each level of the wheel, and one to run them");

        void Count(TimerContract contract) => ran++;
    }

    [Case]
    public void When_all_of_a_crowd_are_cancelled_on_their_way_there_is_no_deadline()
    {
        TimerHandle[] crowd = [.. Enumerable.Range(0, 3_000).Select(_ => Loop.CallAt(Ms(200_000), Note("ran")))];
        Clock.Advance(Ms(199_600));
        Loop.Tick();
        Check.True(Loop.NextDeadline > Clock.Now);
        Array.ForEach(crowd, static timer => timer.Cancel());
        Check.Equal(null, Loop.NextDeadline);
        Check.Equal(new TickResult(TickOutcome.WaitForDescriptor, default), Loop.Tick());
        RunUntilIdle();
        Check.Equal(Ms(199_600), Clock.Now, "no time passes for nothing");
        Loop.CallAt(Ms(200_000), Note("another"));
        RunUntilIdle();
        Check.Sequence(["another"], Journal);
    }

    [Case]
    public void Timers_that_were_due_at_once_leave_their_memory_to_others()
    {
        const int Crowd = 20_000;
        int ran = 0;
        for (int round = 0; round < 3; round++)
        {
            for (int i = 0; i < Crowd; i++)
            {
                Loop.CallAt(Clock.Now, () => ran++);
            }

            Loop.Tick();
            for (int i = 0; i < Crowd; i++)
            {
                Loop.CallAt(Clock.Now + Ms(5_000), () => ran++);
            }

            RunUntilIdle();
        }

        Check.Equal(6 * Crowd, ran);
        Check.True(Loop.Timers.Places < 1.5 * Crowd, $"{Loop.Timers.Places} places for {Crowd} timers at a time");
    }

    [Case]
    public void NextDeadline_is_exact_and_follows_cancels()
    {
        Check.Equal(null, Loop.NextDeadline);
        TimerHandle far = Loop.CallLater(Ms(5_000), static () => { });
        Check.Equal(Ms(5_000), Loop.NextDeadline);
        TimerHandle near = Loop.CallLater(Ms(7), static () => { });
        TimerHandle nearer = Loop.CallLater(Ms(6.9999), static () => { });
        Check.Equal(Ms(6.9999), Loop.NextDeadline);
        nearer.Cancel();
        Check.Equal(Ms(7), Loop.NextDeadline);
        near.Cancel();
        Check.Equal(Ms(5_000), Loop.NextDeadline);
        CallbackHandle soon = Loop.CallSoon(static () => { });
        Check.Equal(TimeSpan.Zero, Loop.NextDeadline, "something is runnable: now");
        Loop.Tick();
        Check.False(soon.IsPending);
        Check.Equal(Ms(5_000), Loop.NextDeadline);
        far.Cancel();
        Check.Equal(null, Loop.NextDeadline);
    }

    [Case]
    public void NextDeadline_is_never_late_with_many_timers_in_one_slot()
    {
        var handles = new List<TimerHandle>();
        for (int i = 0; i < 1_000; i++)
        {
            handles.Add(Loop.CallAt(Ms(1_000) + TimeSpan.FromTicks(i), static () => { }));
        }

        for (int i = 0; i < 1_000; i++)
        {
            TimeSpan exact = Ms(1_000) + TimeSpan.FromTicks(i);
            Check.True(Loop.NextDeadline <= exact && Loop.NextDeadline >= Ms(1_000));
            if (i >= 1_000 - 256)
            {
                Check.Equal(exact, Loop.NextDeadline, "exact with 256 timers or fewer");
            }

            handles[i].Cancel();
        }

        Check.Equal(null, Loop.NextDeadline);
    }

    [Case]
    public void A_handle_says_when_its_timer_is_due()
    {
        TimerHandle once = Loop.CallLater(Ms(10), static () => { });
        TimerHandle every = Loop.CallEvery(Ms(4), static () => { });
        Check.Equal(Ms(10), once.When);
        Check.Equal(Ms(4), every.When);
        RunFor(Ms(9));
        Check.Equal(Ms(12), every.When);
        every.Cancel();
        RunUntilIdle();
        Check.Equal(null, once.When);
        Check.Equal(null, every.When);
    }

    [Case]
    public void A_state_travels_with_its_timer()
    {
        Loop.CallLater(Ms(1), static journal => journal.Add("later"), Journal);
        Loop.CallAt(Ms(2), static journal => journal.Add("at"), Journal);
        TimerHandle every = Loop.CallEvery(Ms(3), static journal => journal.Add("every"), Journal);
        RunFor(Ms(3));
        every.Cancel();
        Check.Sequence(["later", "at", "every"], Journal);
    }

    [Case]
    public void A_timer_is_never_early_on_the_real_clock()
    {
        MainLoop loop = Build(new LoopOptions { Clock = new MonotonicClock() });
        var random = new Random(4);
        int outstanding = 0;
        for (int i = 0; i < 200; i++)
        {
            TimeSpan delay = TimeSpan.FromMicroseconds(random.Next(30_000));
            outstanding++;
            long before = Stopwatch.GetTimestamp();
            loop.CallLater(delay, () =>
            {
                outstanding--;
                TimeSpan took = Stopwatch.GetElapsedTime(before);
                Check.True(took >= delay, $"after {took} instead of {delay}");
            });
        }

        loop.Run(new RunOptions { UntilIdle = true });
        Check.Equal(0, outstanding);
        Check.Equal(0L, loop.Counters.Errors, string.Join("; ", Log.Messages));
    }

    [Case]
    public void A_timer_that_is_scheduled_late_in_a_long_tick_is_never_early()
    {
        MainLoop loop = Build(new LoopOptions { Clock = new MonotonicClock() });
        loop.CallSoon(() =>
        {
            long began = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(began) < Ms(20))
            {
                // A long tick: Now is 20 ms old when the delay begins.
            }

            long before = Stopwatch.GetTimestamp();
            Expect((delay, callback) => loop.CallLater(delay, callback), Ms(10));
            Expect((delay, callback) => loop.CallLater(delay.TotalSeconds, callback), Ms(10));
            Expect((delay, callback) => loop.CallLater(delay, static callback => callback(), callback), Ms(10));
            TimerHandle every = default;
            Expect((delay, callback) => every = loop.CallEvery(delay, () =>
            {
                every.Cancel();
                callback();
            }), Ms(10));

            void Expect(Func<TimeSpan, Action, TimerHandle> schedule, TimeSpan delay) => schedule(delay, () => Journal.Add($"{Stopwatch.GetElapsedTime(before) >= delay}"));
        });
        loop.Run(new RunOptions { UntilIdle = true });
        Check.Sequence(["True", "True", "True", "True"], Journal);
    }

    [Case]
    public void Timers_that_are_cancelled_by_the_thousand_leave_the_others_their_time_and_order()
    {
        // Enough holes that slots give blocks back, while time passes and slots are opened.
        var random = new Random(11);
        var pending = new List<(TimerHandle Handle, long Ns, int Id)>();
        var ran = new List<int>();
        var expected = new List<(long Ns, int Id)>();
        for (int id = 0; id < 60_000; id++)
        {
            int number = id;
            long ns = Clock.ReadNs() + (random.Next(20_000) * 1_000_000L);
            pending.Add((Loop.CallAtNs(ns, list => list.Add(number), ran), ns, id));
            if (pending.Count > 3_000)
            {
                int victim = random.Next(pending.Count);
                if (!pending[victim].Handle.Cancel())
                {
                    expected.Add((pending[victim].Ns, pending[victim].Id)); // it has run
                }

                pending[victim] = pending[^1];
                pending.RemoveAt(pending.Count - 1);
            }

            if (id % 100 == 0)
            {
                Loop.Tick();
                Clock.Advance(Ms(random.Next(30)));
            }
        }

        expected.AddRange(pending.Select(static timer => (timer.Ns, timer.Id)));
        RunUntilIdle();
        Check.Equal(0, Loop.Counters.Timers);
        Check.Sequence(expected.Select(static timer => timer.Id).Order(), ran.Order(), "each once, and no cancelled one");
        var times = expected.ToDictionary(static timer => timer.Id, static timer => timer.Ns);
        int last = ran.Count - (pending.Count / 2); // those that were due in one tick are ordered too, and the last half ran one by one
        for (int i = last; i < ran.Count; i++)
        {
            long before = times[ran[i - 1]], after = times[ran[i]];
            Check.True(before < after || (before == after && ran[i - 1] < ran[i]), $"timer {ran[i - 1]} before {ran[i]}");
        }
    }
}
