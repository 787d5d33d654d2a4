namespace Mainspring.Contracts.Core;

/// <summary>How much of a frame background work may have: <see cref="LoopOptions.FrameBudget"/>.</summary>
public sealed class FrameBudgetContract : VirtualLoopSuite
{
    [Case]
    public void Background_work_has_what_the_frame_leaves_of_the_budget_and_no_more()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FrameBudget = Ms(4) });
        var starts = new List<double>();
        var perFrame = new int[5];
        loop.OnFrame(FramePhase.Update, frame =>
        {
            starts.Add(frame.Start.TotalMilliseconds);
            Clock.Advance(Ms(1));
        });
        Work(loop, () => perFrame[loop.Frame.Index]++);
        RunFor(Ms(45));
        Check.Sequence([0, 10, 20, 30, 40], starts);
        Check.Sequence([6, 6, 6, 6, 6], perFrame, "3 ms in units of 0.5 ms");
        Check.True(loop.Counters.Ticks <= 50, $"the rest of the frame is idle, but there were {loop.Counters.Ticks} ticks in 5 frames");
    }

    [Case]
    public void Timers_and_callbacks_go_on_when_the_budget_is_spent()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FrameBudget = Ms(2) });
        int units = 0;
        Work(loop, () => units++);
        loop.CallLater(Ms(7), () =>
        {
            Journal.Add($"timer {Clock.Now.TotalMilliseconds} after {units}");
            loop.CallSoon(() => Journal.Add($"callback {Clock.Now.TotalMilliseconds} after {units}"));
        });
        RunFor(Ms(9));
        Check.Sequence(["timer 7 after 4", "callback 7 after 4"], Journal);
    }

    [Case]
    public void A_frame_that_spends_the_budget_leaves_none_but_for_work_that_has_waited_too_long()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FrameBudget = Ms(4) });
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(5)));
        BackgroundHandle patient = loop.CallInBackground(static _ => true);
        BackgroundHandle aging = loop.CallInBackground(static _ => true, maxDelay: Ms(20));
        RunFor(Ms(100));
        Check.Equal(0L, patient.Steps);
        Check.Equal(5L, aging.Steps, "in the first frame that is over after 20 ms, and then in every second one");
    }

    [Case]
    public void Work_that_is_added_after_the_budget_waits_for_the_next_frame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, FrameBudget = Ms(2) });
        loop.CallLater(Ms(5), () => loop.CallInBackground(_ =>
        {
            Journal.Add($"step {Clock.Now.TotalMilliseconds}");
            return false;
        }));
        RunFor(Ms(15));
        Check.Sequence(["step 10"], Journal);
    }

    [Case]
    public void A_frame_of_a_host_has_the_shorter_of_both_budgets()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host, FrameBudget = Ms(2) });
        int units = 0;
        Work(loop, () => units++);
        loop.TickFrame(Ms(10), Ms(8));
        Check.Equal(4, units, "the loop's 2 ms of the host's 8");
        loop.TickFrame(Ms(10), Ms(1));
        Check.Equal(6, units, "all of the host's 1 ms");
        loop.Tick();
        Check.Equal(8, units, "a host that says nothing gives a millisecond at the most");
    }

    [Case]
    public void A_frame_locked_loop_keeps_to_it()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, Pacing = Pacing.FrameLocked, FrameBudget = Ms(3) });
        int units = 0;
        Work(loop, () => units++);
        RunFor(Ms(25));
        Check.Equal(18, units, "3 ms in each of 3 frames");
    }

    [Case]
    public void The_clock_is_read_at_the_latest_at_every_64th_call()
    {
        int most = Enumerable.Range(1000, 64).Max(before => CallsUntilSpent(before, pace: TimeSpan.Zero).Calls);
        Check.Equal(64, most, "wherever between two reads the time is over");
    }

    [Case]
    public void The_clock_is_read_at_the_latest_every_20_us()
    {
        double latest = Enumerable.Range(1000, 64).Max(before => CallsUntilSpent(before, pace: TimeSpan.FromMicroseconds(1)).LateUs);
        Check.True(latest is > 10 and <= 20, $"{latest} us late");
    }

    [Case]
    public void A_budget_that_makes_no_sense_is_refused()
    {
        Check.Throws<ArgumentException>(() => Build(new LoopOptions { FrameBudget = Ms(1) }), "no frames");
        Check.Throws<ArgumentException>(() => Build(new LoopOptions { FrameRate = 60, FrameBudget = TimeSpan.Zero }));
        Check.Throws<ArgumentException>(() => Build(new LoopOptions { FrameRate = 60, FrameBudget = Ms(-1) }));
    }

    // A step that asks in a steady pace, until the budget ends from one call to the next.
    private static (int Calls, double LateUs) CallsUntilSpent(int callsBefore, TimeSpan pace)
    {
        var clock = new VirtualClock();
        using var loop = new MainLoop(new LoopOptions { Clock = clock, FrameRate = 10 });
        int calls = 0;
        TimeSpan end = default;
        loop.CallInBackground(budget =>
        {
            for (int i = 0; i < callsBefore && budget.Remaining > TimeSpan.Zero; i++)
            {
                clock.Advance(pace);
            }

            clock.Advance(budget.Remaining);
            end = clock.Now;
            do
            {
                calls++;
                clock.Advance(pace);
            }
            while (!budget.IsSpent);

            return false;
        });
        loop.Tick();
        return (calls, (clock.Now - end).TotalMicroseconds);
    }

    // Endless work in units of half a millisecond.
    private void Work(MainLoop loop, Action unit) => loop.CallInBackground(budget =>
    {
        while (!budget.IsSpent)
        {
            Clock.Advance(Ms(0.5));
            unit();
        }

        return true;
    });
}
