namespace Mainspring.Contracts.Core;

/// <summary>Budgeted work.</summary>
public sealed class BackgroundContract : VirtualLoopSuite
{
    [Case]
    public void Steps_run_only_while_nothing_else_is_runnable()
    {
        Loop.CallInBackground(_ =>
        {
            Journal.Add("step");
            return Journal.Count < 60;
        });
        int left = 20;
        Loop.CallSoon(Again);
        RunUntilIdle();
        Check.True(Journal.Take(20).All(static entry => entry == "callback"), "20 callbacks, each queued by the one before, take three ticks");

        void Again()
        {
            Journal.Add("callback");
            if (--left > 0)
            {
                Loop.CallSoon(Again);
            }
        }
    }

    [Case]
    public void A_step_that_queues_something_lets_it_run_before_the_next_step()
    {
        int steps = 0;
        Loop.CallInBackground(_ =>
        {
            Journal.Add("step");
            Loop.CallSoon(Note("callback"), (Priority)(steps % 5));
            return ++steps < 5;
        });
        RunUntilIdle();
        Check.Sequence(Enumerable.Repeat((string[])["step", "callback"], 5).SelectMany(static pair => pair), Journal);
    }

    [Case]
    public void No_step_runs_while_a_source_has_work_left()
    {
        var source = new ThreeTimes(Journal);
        Loop.Add(source);
        Loop.CallInBackground(_ =>
        {
            Journal.Add("step");
            return false;
        });
        Pump.Ticks(Loop, 5);
        Check.Sequence(["event", "event", "event", "step"], Journal);
    }

    [Case]
    public void Steps_of_several_works_take_turns()
    {
        foreach (string name in (string[])["a", "b", "c"])
        {
            int left = name[0] - 'a' + 2; // 2, 3 and 4 steps
            Loop.CallInBackground(_ =>
            {
                Journal.Add(name);
                return --left > 0;
            });
        }

        RunUntilIdle();
        Check.Sequence(["a", "b", "c", "a", "b", "c", "b", "c", "c"], Journal);
    }

    [Case]
    public void A_work_is_over_when_its_step_says_so()
    {
        int steps = 0;
        BackgroundHandle work = Loop.CallInBackground(_ => ++steps < 3, name: "three");
        Check.True(work.IsPending);
        RunUntilIdle();
        Check.False(work.IsPending);
        Check.False(work.Cancel());
        Check.Equal((3, 3L, "three"), (steps, work.Steps, work.Name));
        Check.Equal(0, Loop.Counters.Background);
    }

    [Case]
    public void Remaining_ends_with_the_frame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        var starts = new List<double>();
        loop.OnFrame(FramePhase.Update, frame => starts.Add(frame.Start.TotalMilliseconds));
        int units = 0;
        loop.CallInBackground(budget =>
        {
            Check.True(budget.Remaining > TimeSpan.Zero && budget.Remaining <= Ms(10));
            while (!budget.IsSpent)
            {
                Clock.Advance(Ms(0.5));
                units++;
            }

            return true;
        });
        RunFor(Ms(45));
        Check.Sequence([0, 10, 20, 30, 40], starts, "work in units of 0.5 ms makes no frame late");
        Check.Equal(100, units, "all of the 5 frames' time");
        Check.Equal(0L, loop.Counters.Errors);
    }

    [Case]
    public void Remaining_ends_with_the_next_timer()
    {
        Loop.CallLater(Ms(0.3), () => Journal.Add($"timer {Clock.Now.TotalMilliseconds}"));
        Loop.CallInBackground(budget =>
        {
            Check.True(budget.Remaining <= Ms(0.3));
            while (!budget.IsSpent)
            {
                Clock.Advance(Ms(0.1));
            }

            Journal.Add($"step {Clock.Now.TotalMilliseconds}");
            return false;
        });
        RunUntilIdle();
        Check.Sequence(["step 0.3", "timer 0.3"], Journal);
        Check.Equal(0L, Loop.Counters.Errors);
    }

    [Case]
    public void Remaining_is_zero_when_something_urgent_has_come_in()
    {
        Loop.CallInBackground(budget =>
        {
            Check.True(budget.Remaining > TimeSpan.Zero);
            OnAnotherThread(() => Loop.Post(Note("post")));
            Check.Equal(TimeSpan.Zero, budget.Remaining);
            Check.True(budget.IsSpent);
            Journal.Add("step");
            return false;
        });
        Loop.CallInBackground(budget =>
        {
            Check.True(budget.Remaining > TimeSpan.Zero);
            Loop.CallSoon(Note("urgent"), Priority.Urgent);
            Check.True(budget.IsSpent);
            Journal.Add("step 2");
            return false;
        });
        RunUntilIdle();
        Check.Sequence(["step", "post", "step 2", "urgent"], Journal);
        Check.Equal(0L, Loop.Counters.Errors);
    }

    [Case]
    public void A_work_that_is_slower_than_the_one_before_it_is_measured_anew()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Start.TotalMilliseconds}"));
        loop.CallInBackground(static budget =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                _ = budget.Remaining; // very fast calls: the clock need not be read at each
            }

            return true;
        });
        loop.CallInBackground(budget =>
        {
            while (!budget.IsSpent)
            {
                Clock.Advance(Ms(1));
            }

            return true;
        });
        RunFor(Ms(25));
        Check.Sequence(["0", "10", "20"], Journal);
    }

    [Case]
    public void A_step_can_cancel_another_work()
    {
        BackgroundHandle first = null!, second = null!, third = null!;
        first = Loop.CallInBackground(_ =>
        {
            Journal.Add("first");
            return second.Cancel();
        });
        second = Loop.CallInBackground(_ =>
        {
            Journal.Add("never");
            return true;
        });
        third = Loop.CallInBackground(_ =>
        {
            Journal.Add("third");
            first.Cancel();
            return false;
        });
        RunUntilIdle();
        Check.Sequence(["first", "third"], Journal);
    }

    [Case]
    public void An_exception_ends_that_work_only()
    {
        LoopErrorContext? error = null;
        Loop.UnhandledException += context =>
        {
            error = context;
            context.Handled = true;
        };
        BackgroundHandle broken = Loop.CallInBackground(_ =>
        {
            Journal.Add("broken");
            throw new FormatException();
        }, name: "the broken one");
        int left = 3;
        Loop.CallInBackground(_ =>
        {
            Journal.Add("sound");
            return --left > 0;
        });
        RunUntilIdle();
        Check.Sequence(["broken", "sound", "sound", "sound"], Journal);
        Check.False(broken.IsPending);
        Check.Equal((WorkKind.Background, "the broken one", typeof(FormatException)), (error!.Kind, error.Name, error.Exception.GetType()));
    }

    [Case]
    public void A_maximum_delay_forces_a_step_while_the_loop_is_busy()
    {
        var stamps = new List<double>();
        BackgroundHandle forced = Loop.CallInBackground(
            budget =>
            {
                Check.True(budget.IsSpent || budget.Remaining > TimeSpan.Zero);
                stamps.Add(Clock.Now.TotalMilliseconds);
                return true;
            },
            maxDelay: Ms(10));
        BackgroundHandle patient = Loop.CallInBackground(static _ => true);
        Loop.CallSoon(Busy);
        RunFor(Ms(100));
        Check.True(forced.Steps >= 5, $"{forced.Steps} steps in 100 ms");
        Check.True(stamps.Zip(stamps.Skip(1), static (a, b) => b - a).All(static gap => gap is >= 10 and <= 18), "the delay, and one tick of 8 rounds of 1 ms");
        Check.Equal(0L, patient.Steps, "the loop was never free");

        void Busy()
        {
            Clock.Advance(Ms(1));
            Loop.CallSoon(Busy);
        }
    }

    [Case]
    public void Work_can_be_added_by_a_step()
    {
        Loop.CallInBackground(_ =>
        {
            Journal.Add("outer");
            Loop.CallInBackground(_ =>
            {
                Journal.Add("inner");
                return false;
            });
            return Journal.Count < 3;
        });
        RunUntilIdle();
        Check.Sequence(["outer", "inner", "outer", "inner"], Journal);
    }

    // Says three times that there may be more.
    private sealed class ThreeTimes(List<string> journal) : IEventSource
    {
        private int _left = 3;

        public string Name => "three times";

        public void Attach(SourceContext context) => context.Wake();

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            journal.Add("event");
            return --_left > 0 ? maxEvents : 0;
        }

        public void Detach()
        {
        }
    }
}
