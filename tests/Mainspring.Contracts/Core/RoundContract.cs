namespace Mainspring.Contracts.Core;

/// <summary>One tick: rounds of callbacks, what they queue, and what cuts them.</summary>
public sealed class RoundContract : VirtualLoopSuite
{
    [Case]
    public void Nothing_handed_to_the_loop_runs_before_the_call_has_returned()
    {
        Loop.CallSoon(() =>
        {
            foreach (Priority priority in Enum.GetValues<Priority>())
            {
                Loop.CallSoon(Note("soon"), priority);
            }

            Loop.CallSoon(static journal => journal.Add("state"), Journal);
            Loop.CallLater(TimeSpan.Zero, Note("later"));
            Loop.CallLater(-1.0, Note("later"));
            Loop.CallAt(TimeSpan.Zero, Note("at"));
            Loop.CallEvery(TimeSpan.FromTicks(1), Note("every")).Cancel();
            Loop.Post(Note("post"));
            Loop.TryPost(Note("post"));
            _ = Loop.InvokeAsync(Note("invoke"));
            Loop.SynchronizationContext.Post(_ => Journal.Add("continuation"), null);
            Loop.CallInBackground(_ =>
            {
                Journal.Add("background");
                return false;
            });
            Check.Equal(0, Journal.Count, "everything above has returned, so nothing of it may have run");
        });
        RunUntilIdle();
        Check.Equal(14, Journal.Count);
        Check.Equal(0L, Loop.Counters.Errors);
    }

    [Case]
    public void What_a_round_queues_runs_in_the_next_round()
    {
        // Each callback queues one of each higher and lower lane; none of them may slip into the round that queued it.
        Loop.CallSoon(() =>
        {
            Journal.Add("1 urgent");
            Queue("2");
        }, Priority.Urgent);
        Loop.CallSoon(Note("1 high"), Priority.High);
        Loop.CallSoon(() =>
        {
            Journal.Add("1 normal");
            Loop.CallSoon(Note("2 urgent, queued last"), Priority.Urgent);
        });
        Loop.Tick();
        Check.Sequence(["1 urgent", "1 high", "1 normal", "2 urgent", "2 urgent, queued last", "2 high", "2 normal"], Journal);

        void Queue(string round)
        {
            Loop.CallSoon(Note(round + " normal"));
            Loop.CallSoon(Note(round + " high"), Priority.High);
            Loop.CallSoon(Note(round + " urgent"), Priority.Urgent);
        }
    }

    [Case]
    public void What_a_round_queues_runs_in_the_next_round_also_when_a_patient_lane_is_promoted()
    {
        MainLoop loop = Build(new LoopOptions { PromoteAfter = 1, MaxRounds = 1 });
        loop.CallSoon(Note("low of round 0"), Priority.Low);
        loop.CallSoon(Note("normal 1"));
        loop.Tick();
        loop.CallSoon(() => loop.CallSoon(Note("low of round 2"), Priority.Low));
        loop.CallSoon(Note("normal 2"));
        loop.Tick();
        Check.Sequence(["normal 1", "normal 2", "low of round 0"], Journal, "the second Low was queued by the very round in which the lane was promoted");
    }

    [Case]
    public void What_a_round_queues_runs_in_the_next_round_also_from_one_patient_lane_to_the_other()
    {
        MainLoop loop = Build(new LoopOptions { PromoteAfter = 1, MaxRounds = 1 });
        loop.CallSoon(() => loop.CallSoon(Note("idle of round 2"), Priority.Idle), Priority.Low);
        loop.CallSoon(Note("idle of round 0"), Priority.Idle);
        loop.CallSoon(Note("normal 1"));
        loop.Tick();
        loop.CallSoon(Note("normal 2"));
        loop.Tick();
        Check.Sequence(["normal 1", "normal 2", "idle of round 0"], Journal, "both lanes are promoted in round 2, and what Low queues there waits");
    }

    [Case]
    public void A_tick_runs_MaxRounds_rounds_and_leaves_the_rest_to_the_next()
    {
        MainLoop loop = Build(new LoopOptions { MaxRounds = 3 });
        int ran = 0;
        loop.CallSoon(Again);
        for (int tick = 1; tick <= 5; tick++)
        {
            TickResult result = loop.Tick();
            Check.Equal(3 * tick, ran);
            Check.Equal(TickOutcome.RunAgainNow, result.Outcome);
        }

        void Again()
        {
            ran++;
            loop.CallSoon(Again);
        }
    }

    [Case]
    public void A_tick_that_has_nothing_more_to_do_does_not_ask_for_another()
    {
        Loop.CallSoon(Note("a"));
        Check.Equal(new TickResult(TickOutcome.WaitForDescriptor, default), Loop.Tick());
        Loop.CallLater(Ms(5), Note("b"));
        Check.Equal(new TickResult(TickOutcome.RunAt, Ms(5)), Loop.Tick());
    }

    [Case]
    public void A_callback_runs_at_most_once()
    {
        const int Callbacks = 10_000;
        int[] runs = new int[Callbacks];
        var random = new Random(1);
        for (int i = 0; i < Callbacks; i++)
        {
            int number = i;
            Action callback = () =>
            {
                if (++runs[number] == 1 && random.Next(3) == 0)
                {
                    throw new InvalidOperationException("and goes on with the next");
                }
            };
            switch (random.Next(4))
            {
                case 0:
                    Loop.CallSoon(callback, (Priority)random.Next(5));
                    break;
                case 1:
                    Loop.CallLater(Ms(random.Next(50)), callback);
                    break;
                case 2:
                    Loop.Post(callback);
                    break;
                default:
                    Loop.CallAt(Ms(random.Next(50)), callback);
                    break;
            }
        }

        RunUntilIdle();
        Check.True(Array.TrueForAll(runs, static count => count == 1));
    }

    [Case]
    public void Callbacks_run_on_the_thread_that_runs_the_loop()
    {
        var threads = new HashSet<int>();
        Action note = () => threads.Add(Environment.CurrentManagedThreadId);
        OnAnotherThread(() => Loop.Post(note));
        Loop.CallSoon(note);
        Loop.CallLater(Ms(1), note);
        RunUntilIdle();
        Check.Sequence([Environment.CurrentManagedThreadId], threads);
    }

    [Case]
    public void Callbacks_of_one_priority_run_first_in_first_out()
    {
        const int Callbacks = 5_000; // grows the lane several times
        var random = new Random(2);
        var ran = new List<int>[5];
        var queued = new List<int>[5];
        for (int lane = 0; lane < 5; lane++)
        {
            (ran[lane], queued[lane]) = ([], []);
        }

        int next = 0;
        Loop.CallSoon(Fill);
        RunUntilIdle();
        Check.True(next >= Callbacks);
        for (int lane = 0; lane < 5; lane++)
        {
            Check.Sequence(queued[lane], ran[lane], ((Priority)lane).ToString());
        }

        void Fill()
        {
            for (int i = random.Next(600); i > 0; i--)
            {
                int number = next++, lane = random.Next(5);
                queued[lane].Add(number);
                if (random.Next(2) == 0)
                {
                    Loop.CallSoon(() => ran[lane].Add(number), (Priority)lane);
                }
                else
                {
                    Loop.CallSoon(static entry => entry.Ran.Add(entry.Number), new Entry(ran[lane], number), (Priority)lane);
                }
            }

            if (next < Callbacks)
            {
                Loop.CallSoon(Fill, (Priority)random.Next(5));
            }
        }
    }

    [Case]
    public void A_state_may_be_null()
    {
        Loop.CallSoon<string?>(state => Journal.Add(state ?? "null"), null);
        Loop.CallSoon<string?>(state => Journal.Add(state ?? "null, high"), null, Priority.High);
        RunUntilIdle();
        Check.Sequence(["null, high", "null"], Journal);
    }

    [Case]
    public void A_callback_sees_the_execution_context_that_it_was_given_and_others_do_not()
    {
        var local = new AsyncLocal<string> { Value = "captured" };
        ExecutionContext context = ExecutionContext.Capture()!;
        local.Value = "later";
        Loop.CallSoon(() => Journal.Add(local.Value!), context);
        Loop.CallSoon(() => Journal.Add(local.Value!));
        RunUntilIdle();
        Check.Sequence(["captured", "later"], Journal);
    }

    [Case]
    public void What_a_piece_of_work_changes_on_the_thread_is_not_seen_by_the_next()
    {
        using MainLoop loop = Loops.New(static options => options with { Clock = new VirtualClock(), FrameRate = 100 });
        var local = new AsyncLocal<string?>();
        int checks = 0;
        var work = new List<Action<Action>>
        {
            action => loop.CallSoon(action),
            action => loop.CallSoon(static action => action(), action),
            action => loop.CallSoon(action, Priority.Low, "named"),
            action => loop.CallLater(TimeSpan.Zero, action),
            action => loop.Post(action),
            action => Worker.Run(() => loop.Post(action)),
            action => loop.SynchronizationContext.Post(static action => ((Action)action!)(), action),
            action => loop.CallInBackground(_ => Run(action)),
            action => loop.CallSoon(() => _ = loop.OnFrame(FramePhase.Update, _ => action())),
        };
        foreach (Action<Action> first in work)
        {
            foreach (Action<Action> second in work)
            {
                first(Leave);
                second(Look);
            }
        }

        var leaks = new List<string>();
        loop.UnhandledException += context =>
        {
            context.Handled = true;
            if (context.Exception.Message != "on purpose")
            {
                leaks.Add($"{context.Kind}: {context.Exception.Message}");
            }
        };
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(35) });
        Check.Sequence([], leaks);
        Check.True(checks >= work.Count * work.Count);
        Check.True(local.Value is null, "nor by the one who runs the loop");

        bool Run(Action action)
        {
            action();
            return false;
        }

        void Leave()
        {
            local.Value = "left behind";
            SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
            throw new InvalidOperationException("on purpose");
        }

        void Look()
        {
            checks++;
            Check.True(local.Value is null, "a value was left behind");
            Check.True(SynchronizationContext.Current == loop.SynchronizationContext, "a context was left behind");
        }
    }

    [Case]
    public void Adding_a_source_leaves_its_callers_thread_as_it_was()
    {
        var local = new AsyncLocal<string?> { Value = "the caller's" };
        var context = new SynchronizationContext();
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(context);
        try
        {
            AddAndEmit();
            Check.True(SynchronizationContext.Current == context, "before the first tick");
            Loop.Tick();
            local.Value = "changed since";
            AddAndEmit();
            Check.True(SynchronizationContext.Current == context, "between two ticks");
            Check.Equal("changed since", local.Value);
            Loop.CallSoon(() =>
            {
                local.Value = "the callback's";
                AddAndEmit();
                Journal.Add(local.Value!);
            });
            Loop.Tick();
            Check.Sequence(["the callback's"], Journal);
            Check.Equal("changed since", local.Value);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }

        void AddAndEmit()
        {
            var source = new QueueSource();
            SourceHandle handle = Loop.Add(source);
            handle.On((in Queued _, in EventInfo _) => local.Value = "the handler's");
            source.Context!.Emit(new Queued(1));
            handle.Remove();
        }
    }

    [Case]
    public void Now_is_the_same_in_all_of_a_tick()
    {
        Loop.CallLater(Ms(5), Look);
        Loop.CallLater(Ms(5), Look);
        RunUntilIdle();
        Check.Sequence(["5", "5"], Journal);

        void Look()
        {
            Journal.Add($"{Loop.Now.TotalMilliseconds}");
            Clock.Advance(Ms(3));
        }
    }

    [Case]
    public void The_loop_counts_its_ticks_whether_or_not_it_is_traced()
    {
        Pump.Ticks(Loop, 3);
        Check.Equal(3L, Loop.Counters.Ticks);
    }

    private sealed record Entry(List<int> Ran, int Number);
}
