namespace Mainspring.Contracts.Core;

/// <summary>Periodic timers: on the grid of their deadlines, without drift and without bursts.</summary>
public sealed class PeriodicTimerContract : VirtualLoopSuite
{
    [Case]
    public void A_periodic_timer_stays_on_its_grid_for_an_hour_at_1_kHz()
    {
        long count = 0;
        TimerHandle timer = Loop.CallEvery(Ms(1), () =>
        {
            count++;
            Check.Equal(TimeSpan.TicksPerMillisecond * count, Loop.Now.Ticks);
        });
        RunFor(TimeSpan.FromHours(1));
        Check.Equal(3_600_000L, count);
        Check.Equal(0L, timer.MissedPeriods);
        Check.Equal(0L, Loop.Counters.Errors);
    }

    [Case]
    public void A_periodic_timer_whose_callback_takes_time_does_not_drift()
    {
        int count = 0;
        Loop.CallEvery(Ms(10), () =>
        {
            Journal.Add($"{Loop.Now.TotalMilliseconds}");
            Clock.Advance(Ms(++count * 0.9)); // the clock is late more and more
        });
        RunFor(Ms(50));
        Check.Sequence(["10", "20", "30", "40", "50"], Journal);
    }

    [Case]
    public void Missed_periods_are_skipped_to_the_grid_and_counted()
    {
        TimerHandle timer = Loop.CallEvery(Ms(10), () => Journal.Add($"{Loop.Now.TotalMilliseconds}"));
        RunFor(Ms(10));
        Clock.Advance(Ms(35)); // now 45: 20, 30 and 40 have passed; one of them runs, two are missed
        Loop.Tick();
        Check.Sequence(["10", "45"], Journal);
        Check.Equal(2L, timer.MissedPeriods);
        Check.Equal(Ms(50), timer.When);
        RunFor(Ms(15));
        Check.Sequence(["10", "45", "50", "60"], Journal);
        Check.Equal(2L, timer.MissedPeriods);
    }

    [Case]
    public void A_tick_at_the_very_deadline_misses_nothing()
    {
        TimerHandle timer = Loop.CallEvery(Ms(10), Note("ran"));
        Clock.Advance(Ms(20)); // at 20: the deadline at 10 has been missed, the one at 20 has not
        Loop.Tick();
        Check.Equal(1, Journal.Count);
        Check.Equal(1L, timer.MissedPeriods);
        Check.Equal(Ms(30), timer.When);
    }

    [Case]
    public void After_a_gap_of_10_s_every_periodic_timer_runs_once_in_one_late_tick()
    {
        // As after SIGSTOP or a suspend.
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        var counts = new int[4];
        var timers = new TimerHandle[4];
        int frames = 0;
        loop.OnFrame(FramePhase.Update, _ => frames++);
        for (int i = 0; i < 4; i++)
        {
            int number = i;
            timers[i] = loop.CallEvery(Ms(Math.Pow(10, i)), () => counts[number]++);
        }

        RunFor(Ms(0.5));
        frames = 0;
        long ticks = loop.Counters.Ticks;
        Clock.Advance(TimeSpan.FromSeconds(10));
        loop.Tick();
        Check.Sequence([1, 1, 1, 1], counts, "one call of each, and no burst");
        Check.Equal(1, frames);
        Check.Equal(ticks + 1, loop.Counters.Ticks);
        Check.Sequence([9_999L, 999, 99, 9], timers.Select(static timer => timer.MissedPeriods));
        Check.Equal(599L, loop.FrameStats.Dropped);
        loop.Tick();
        Check.Sequence([1, 1, 1, 1], counts);
        RunFor(Ms(1));
        Check.Sequence([2, 1, 1, 1], counts, "and the grid goes on");
    }

    [Case]
    public void A_periodic_timer_whose_callback_throws_goes_on()
    {
        Loop.UnhandledException += static context => context.Handled = true;
        TimerHandle timer = Loop.CallEvery(Ms(1), () =>
        {
            Journal.Add("ran");
            throw new InvalidOperationException();
        });
        RunFor(Ms(3));
        Check.Equal(3, Journal.Count);
        Check.True(timer.IsPending);
    }

    [Case]
    public void A_period_of_100_ns_is_accepted_and_skips_what_it_cannot_do()
    {
        TimerHandle timer = Loop.CallEvery(TimeSpan.FromTicks(1), Note("ran"));
        Clock.Advance(Ms(1));
        Loop.Tick();
        Check.Equal(1, Journal.Count);
        Check.Equal(9_999L, timer.MissedPeriods);
        RunFor(TimeSpan.FromMicroseconds(10));
        Check.Equal(101, Journal.Count);
    }

    [Case]
    public void Jumps_of_years_keep_a_periodic_timer_on_its_grid()
    {
        TimerHandle timer = Loop.CallEvery(Ms(7), static () => { });
        var random = new Random(5);
        for (int i = 0; i < 100; i++)
        {
            Clock.Advance(TimeSpan.FromDays(random.NextDouble() * 365));
            Loop.Tick();
            TimeSpan when = timer.When!.Value;
            Check.Equal(0L, when.Ticks % Ms(7).Ticks);
            Check.True(when > Clock.Now && when - Clock.Now <= Ms(7));
        }
    }
}
