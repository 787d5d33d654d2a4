namespace Mainspring.Contracts.Core;

/// <summary>Frames: phases, deadlines, and what becomes of late ones.</summary>
public sealed class FrameContract : VirtualLoopSuite
{
    private static readonly TimeSpan s_justBelowAnHour = TimeSpan.FromHours(1) - TimeSpan.FromTicks(1);

    [Case]
    public void Phases_run_in_order_and_callbacks_of_one_phase_in_the_order_of_the_calls()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        foreach (string name in (string[])["a", "b"])
        {
            foreach (FramePhase phase in Enum.GetValues<FramePhase>().AsEnumerable().Reverse())
            {
                loop.OnFrame(phase, _ => Journal.Add($"{phase} {name}"));
            }
        }

        loop.Tick();
        Check.Sequence(
            [
                "Input a", "Input b", "FixedUpdate a", "FixedUpdate b", "Update a", "Update b",
                "LateUpdate a", "LateUpdate b", "Render a", "Render b", "Present a", "Present b",
            ],
            Journal);
    }

    [Case]
    public void What_is_added_in_a_frame_runs_from_the_next_frame_on()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        FrameHandle adding = null!;
        adding = loop.OnFrame(FramePhase.Update, _ =>
        {
            adding.Cancel();
            foreach (FramePhase phase in Enum.GetValues<FramePhase>())
            {
                loop.OnFrame(phase, frame => Journal.Add($"{phase} in frame {frame.Index}"));
            }
        });
        loop.Tick();
        Check.Equal(0, Journal.Count, "in no phase of the frame that added them, the later ones included");
        loop.Tick(Ms(20));
        Check.Equal(6, Journal.Count);
        Check.Equal("Input in frame 1", Journal[0]);
    }

    [Case]
    public void Adding_and_cancelling_while_a_phase_runs_keeps_the_order()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        var handles = new Dictionary<string, FrameHandle>();
        int frame = 0;
        Add("a", () =>
        {
            if (frame == 0)
            {
                handles["a"].Cancel(); // itself
                handles["c"].Cancel(); // one that comes
                Add("e");
            }
        });
        Add("b");
        Add("c");
        Add("d", () =>
        {
            if (frame == 0)
            {
                handles["b"].Cancel(); // one that has run
                Add("f");
            }
        });
        for (; frame < 3; frame++)
        {
            Journal.Add($"{frame}:");
            loop.Tick(Ms(20));
        }

        Check.Sequence(["0:", "a", "b", "d", "1:", "d", "e", "f", "2:", "d", "e", "f"], Journal);
        Check.True(handles["d"].IsActive);
        Check.False(handles["c"].IsActive);

        void Add(string name, Action? more = null) => handles[name] = loop.OnFrame(FramePhase.Update, _ =>
        {
            Journal.Add(name);
            more?.Invoke();
        });
    }

    [Case]
    public void Frames_of_60_Hz_do_not_drift_in_an_hour() => FramesDoNotDrift(60, 216_000);

    [Case]
    public void Frames_of_59_94_Hz_do_not_drift_in_an_hour() => FramesDoNotDrift(59.94, 215_784);

    [Case]
    public void Frames_of_144_Hz_do_not_drift_in_an_hour() => FramesDoNotDrift(144, 518_400);

    [Case]
    public void A_frame_says_its_number_start_delta_and_deadline()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        var frames = new List<Frame>();
        loop.OnFrame(FramePhase.Update, frame =>
        {
            Check.Equal(frame, loop.Frame);
            frames.Add(frame);
            if (frame.Index == 1)
            {
                Clock.Advance(Ms(25)); // 10 + 25 = 35: the frame at 20 is dropped, 15 ms late; the one at 30 runs
            }
        });
        RunFor(Ms(40));
        Check.Sequence(
            [
                new Frame(0, Ms(0), Ms(10), Ms(10)),
                new Frame(1, Ms(10), Ms(10), Ms(20)),
                new Frame(2, Ms(35), Ms(25), Ms(40)),
                new Frame(3, Ms(40), Ms(5), Ms(50)),
            ],
            frames);
        Check.Equal(new FrameStats(Frames: 4, Late: 1, Dropped: 1, MaxLateness: Ms(15)), loop.FrameStats with { Collections = 0, CollectionPause = default, LastFrameWithCollection = null });
    }

    [Case]
    public void Skip_drops_late_frames_keeps_the_phase_and_counts()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, LatePolicy = LatePolicy.Skip });
        var starts = new List<double>();
        loop.OnFrame(FramePhase.Update, frame =>
        {
            starts.Add(frame.Start.TotalMilliseconds);
            Clock.Advance(frame.Index == 0 ? Ms(57) : default); // a slow frame
        });
        RunFor(Ms(70));
        Check.Sequence([0, 57, 60, 70], starts);
        Check.Equal(4L, loop.FrameStats.Dropped, "those at 10, 20, 30 and 40; the one at 50 ran late");
        Check.Equal(Ms(47), loop.FrameStats.MaxLateness, "since the one at 10 was due");
    }

    [Case]
    public void CatchUp_runs_late_frames_up_to_its_bound_and_drops_and_counts_the_rest()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, LatePolicy = LatePolicy.CatchUp, MaxCatchUp = 3 });
        var starts = new List<double>();
        loop.OnFrame(FramePhase.Update, frame => starts.Add(frame.Start.TotalMilliseconds));
        loop.Tick();
        Clock.Advance(Ms(27));
        Pump.Ticks(loop, 5);
        Check.Sequence([0, 27, 27], starts, "both missed ones are made up for");
        Check.Equal(0L, loop.FrameStats.Dropped);
        Clock.Advance(Ms(100)); // at 127: ten deadlines, 30 to 120, of which the last and three missed ones run
        Pump.Ticks(loop, 10);
        Check.Sequence([0, 27, 27, 127, 127, 127, 127], starts);
        Check.Equal(6L, loop.FrameStats.Dropped);
        RunFor(Ms(3));
        Check.Equal(130.0, starts[^1]);
    }

    [Case]
    public void A_frame_that_ends_after_its_deadline_is_counted_late()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, frame => Clock.Advance(frame.Index == 0 ? Ms(10) : Ms(10) + TimeSpan.FromTicks(1)));
        loop.Tick();
        Check.Equal(0L, loop.FrameStats.Late, "at the deadline is in time");
        loop.Tick();
        Check.Equal(1L, loop.FrameStats.Late);
    }

    [Case]
    public void OnFrame_throws_on_an_event_driven_loop_and_says_what_to_do()
    {
        InvalidOperationException exception = Check.Throws<InvalidOperationException>(() => Loop.OnFrame(FramePhase.Update, static _ => { }));
        Check.Contains("FrameRate", exception.Message);
        Check.Contains("CallEvery", exception.Message);
        Check.Throws<ArgumentOutOfRangeException>(() => Build(new LoopOptions { Clock = new VirtualClock(), FrameRate = 1 }).OnFrame((FramePhase)9, static _ => { }));
    }

    [Case]
    public void A_frame_rate_that_is_none_is_refused_by_value()
    {
        foreach (double rate in (double[])[double.NaN, double.PositiveInfinity, 0, -60, 0.0001, 2_000_000])
        {
            Check.Contains($"{rate}", Check.Throws<ArgumentOutOfRangeException>(() => _ = new MainLoop(new LoopOptions { FrameRate = rate })).Message);
        }

        Check.Contains("FrameRate", Check.Throws<ArgumentException>(() => _ = new MainLoop(new LoopOptions { Pacing = Pacing.FrameLocked })).Message);
    }

    [Case]
    public void A_responsive_loop_runs_timers_and_posts_between_frames()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"frame {frame.Start.TotalMilliseconds}"));
        loop.CallLater(Ms(3), () =>
        {
            Journal.Add($"timer {Clock.Now.TotalMilliseconds}");
            OnAnotherThread(() => loop.Post(() => Journal.Add($"post {Clock.Now.TotalMilliseconds}")));
        });
        RunFor(Ms(10));
        Check.Sequence(["frame 0", "timer 3", "post 3", "frame 10"], Journal);
    }

    [Case]
    public void A_frame_locked_loop_runs_timers_callbacks_posts_and_events_in_frames_only()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, Pacing = Pacing.FrameLocked });
        var source = new WokenSource(() => Journal.Add($"event {Clock.Now.TotalMilliseconds}"));
        loop.Add(source);
        loop.OnFrame(FramePhase.Update, frame =>
        {
            Journal.Add($"frame {frame.Start.TotalMilliseconds}");
            if (frame.Index == 0)
            {
                loop.CallLater(Ms(3), () => Journal.Add($"timer {Clock.Now.TotalMilliseconds}"));
                loop.CallSoon(() => Journal.Add($"callback {Clock.Now.TotalMilliseconds}"));
                OnAnotherThread(() => loop.Post(() => Journal.Add($"post {Clock.Now.TotalMilliseconds}")));
                source.Wake();
            }
        });
        RunFor(Ms(20));
        Check.Sequence(["frame 0", "event 10", "callback 10", "timer 10", "post 10", "frame 10", "frame 20"], Journal);
        Check.Equal(3L, loop.Counters.Ticks, "one tick is one frame");
    }

    [Case]
    public void A_frame_locked_loop_on_a_real_clock_leaves_a_post_to_the_frame()
    {
        MainLoop loop = Build(new LoopOptions { Clock = new MonotonicClock(), FrameRate = 50, Pacing = Pacing.FrameLocked });
        var frames = new List<long>();
        loop.OnFrame(FramePhase.Update, frame =>
        {
            frames.Add(frame.Index);
            if (frame.Index == 0)
            {
                new Thread(() => loop.Post(Note("post"))) { IsBackground = true }.Start();
            }
            else if (frame.Index >= 3 && Journal.Count > 0)
            {
                loop.Stop();
            }
        });
        loop.Run();
        Check.Equal((long)frames.Count, loop.Counters.Ticks, "the post woke nothing");
        Check.Equal(1, Journal.Count);
    }

    [Case]
    public void A_second_Run_goes_on_with_the_grid_of_the_first()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        var starts = new List<double>();
        loop.OnFrame(FramePhase.Update, frame => starts.Add(frame.Start.TotalMilliseconds));
        RunFor(Ms(15));
        RunFor(Ms(15));
        Check.Sequence([0, 10, 20, 30], starts);
    }

    [Case]
    public void In_Pacing_Host_every_tick_is_one_frame_and_its_delta_is_measured()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        var frames = new List<Frame>();
        loop.OnFrame(FramePhase.Update, frames.Add);
        loop.CallLater(Ms(5), Note("timer"));
        loop.CallSoon(Note("callback"));
        loop.Tick();
        Clock.Advance(Ms(7));
        loop.Tick();
        loop.Tick();
        Check.Sequence(
            [
                new Frame(0, Ms(0), Ms(0), TimeSpan.MaxValue),
                new Frame(1, Ms(7), Ms(7), TimeSpan.MaxValue),
                new Frame(2, Ms(7), Ms(0), TimeSpan.MaxValue),
            ],
            frames);
        Check.Sequence(["callback", "timer"], Journal);
    }

    [Case]
    public void TickFrame_gives_the_frame_its_delta_and_deadline()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        var frames = new List<Frame>();
        loop.OnFrame(FramePhase.Update, frames.Add);
        Clock.Advance(Ms(100));
        loop.TickFrame(Ms(16), Ms(4));
        Clock.Advance(Ms(1));
        loop.TickFrame(Ms(33), Ms(8));
        loop.Tick();
        Check.Sequence(
            [
                new Frame(0, Ms(100), Ms(16), Ms(104)),
                new Frame(1, Ms(101), Ms(33), Ms(109)),
                new Frame(2, Ms(101), Ms(0), TimeSpan.MaxValue),
            ],
            frames);
    }

    [Case]
    public void TickFrame_makes_callbacks_and_background_work_keep_to_its_budget()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        loop.OnFrame(FramePhase.Update, _ => Journal.Add("frame"));
        for (int i = 0; i < 10; i++)
        {
            loop.CallSoon(() =>
            {
                Clock.Advance(Ms(1));
                Journal.Add("low");
            }, Priority.Low);
        }

        BackgroundHandle background = loop.CallInBackground(budget =>
        {
            Journal.Add("background");
            while (!budget.IsSpent)
            {
                Clock.Advance(Ms(1));
            }

            return true;
        });
        loop.TickFrame(Ms(16), Ms(4));
        Check.Sequence(["low", "low", "low", "low", "frame"], Journal, "the budget was used up by the callbacks");
        Journal.Clear();
        loop.TickFrame(Ms(16), Ms(20));
        Check.Equal("background", Journal[^1]);
        Check.Equal(Ms(24), Clock.Now, "background work has taken what was left, and no more");
        Check.Equal(1L, background.Steps);
    }

    [Case]
    public void TickFrame_is_for_Pacing_Host_and_says_so() =>
        Check.Contains("Pacing.Host", Check.Throws<InvalidOperationException>(() => Loop.TickFrame(Ms(1), Ms(1))).Message);

    private void FramesDoNotDrift(double rate, int expected)
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = rate });
        int frames = 0;
        loop.OnFrame(FramePhase.Update, frame =>
        {
            // Calculated from the number, not from the frame before; shown in 100 ns.
            Check.Equal((long)(frames * 10_000_000m / (decimal)rate), frame.Start.Ticks);
            frames++;
        });
        RunFor(s_justBelowAnHour);
        Check.Equal(0L, loop.Counters.Errors, string.Join("; ", Log.Messages.Take(1)));
        Check.Equal(expected, frames);
        Check.Equal(0L, loop.FrameStats.Dropped + loop.FrameStats.Late);
        Check.Equal(TimeSpan.Zero, loop.FrameStats.MaxLateness);
    }

    private sealed class WokenSource(Action dispatched) : IEventSource
    {
        private SourceContext? _context;

        public string Name => "woken";

        public void Wake() => _context?.Wake();

        public void Attach(SourceContext context) => _context = context;

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            dispatched();
            return 1;
        }

        public void Detach() => _context = null;
    }

    [Case]
    public void A_pause_between_two_runs_drops_no_frame_and_keeps_the_phase()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 10 });
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Start.TotalMilliseconds}"));
        RunFor(Ms(150));
        Clock.Advance(Ms(780)); // 930
        RunFor(Ms(100));
        Check.Sequence(["0", "100", "930", "1000"], Journal);
        Check.Equal(0L, loop.FrameStats.Dropped);
    }
}
