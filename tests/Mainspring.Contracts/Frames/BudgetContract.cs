using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Frames;

/// <summary>The one budget: what background work gets of it, what it never takes, and what ends it at once.</summary>
public sealed class BudgetContract : VirtualLoopSuite
{
    private const int UnitUs = 10; // of background work
    private static readonly TimeSpan s_unit = TimeSpan.FromMicroseconds(UnitUs);

    [Case]
    public void Twice_the_background_work_that_fits_makes_no_frame_late_and_gets_at_least_90_percent_of_what_is_left()
    {
        foreach (Pacing pacing in (Pacing[])[Pacing.Responsive, Pacing.FrameLocked, Pacing.Host])
        {
            Played alone = Play(pacing, background: false), together = Play(pacing, background: true);
            Check.Sequence(alone.Late, together.Late, $"{pacing}: the same frames are late");
            Check.True(alone.Late.Count is > 20 and < 60, "some are, by themselves");
            Check.Equal(alone.Dropped, together.Dropped);
            Check.True(together.LatestStart - alone.LatestStart <= TimeSpan.FromMicroseconds(20) + s_unit, $"{pacing}: a frame starts at most 20 us and one unit of work later, here {together.LatestStart - alone.LatestStart}");
            double share = together.Background / (together.Total - together.InFrames);
            Check.True(share is >= 0.9 and <= 1.001, $"{pacing}: background work got {share:P1} of what was left");
            Check.True(together.UnitsLeft > 0, "there was more to do than fitted");
        }
    }

    [Case]
    public void Several_works_share_what_is_left_in_turns()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(4)));
        long[] units = new long[3];
        for (int i = 0; i < units.Length; i++)
        {
            int number = i;
            loop.CallInBackground(_ =>
            {
                Clock.Advance(s_unit);
                units[number]++;
                return true;
            });
        }

        RunFor(TimeSpan.FromSeconds(1));
        Check.True(units.Max() - units.Min() <= 1, string.Join(", ", units));
        Check.True(units.Sum() * UnitUs >= 590_000, "of 600 ms");
        Check.Equal(0L, loop.FrameStats.Late);
    }

    [Case]
    public void A_frame_has_the_same_budget_until_its_deadline()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        var remaining = new List<double>();
        loop.OnFrame(FramePhase.Input, _ => Take());
        loop.OnFrame(FramePhase.Update, _ => Take());
        loop.StartJob(Routine());
        loop.CallLater(Ms(4), Take); // between two frames: until the next one
        RunFor(Ms(9));
        Check.Sequence([10, 9, 8, 6], remaining);

        void Take()
        {
            remaining.Add(loop.Budget.Remaining.TotalMilliseconds);
            Clock.Advance(Ms(1));
        }

        IEnumerator<Wait> Routine()
        {
            Take();
            yield break;
        }
    }

    [Case]
    public void A_host_gives_the_budget()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        var remaining = new List<double>();
        loop.OnFrame(FramePhase.Update, _ => remaining.Add(loop.Budget.Remaining.TotalMilliseconds));
        loop.CallSoon(() => remaining.Add(loop.Budget.Remaining.TotalMilliseconds));
        loop.TickFrame(Ms(16), Ms(6));
        Check.Sequence([6, 6], remaining);
    }

    [Case]
    public void Urgent_input_of_every_kind_ends_the_budget_with_the_next_question()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        var source = new Bell(Journal);
        loop.Add(source).Unref();
        loop.Tick();
        (string Name, Action Come)[] inputs =
        [
            ("urgent", () => loop.CallSoon(Note("urgent"), Priority.Urgent)),
            ("high", () => loop.CallSoon(Note("high"), Priority.High)),
            ("post", () => OnAnotherThread(() => loop.Post(Note("post")))),
            ("event", () => OnAnotherThread(source.Ring)),
        ];
        int next = 0;
        loop.CallInBackground(budget =>
        {
            Check.True(budget.Remaining > TimeSpan.Zero);
            for (int i = 0; i < 200; i++)
            {
                _ = budget.IsSpent; // the fastest pace: the clock is read at every 64th question only
            }

            inputs[next].Come();
            Check.True(budget.IsSpent, inputs[next].Name);
            Check.Equal(TimeSpan.Zero, budget.Remaining);
            Journal.Add($"step {next}");
            return ++next < inputs.Length;
        });
        RunFor(Ms(5));
        Check.Sequence(["step 0", "urgent", "step 1", "high", "step 2", "post", "step 3", "event"], Journal);
        Check.Equal(0L, loop.Counters.Errors, string.Join("; ", Log.Messages.Take(1)));
    }

    [Case]
    public void A_descriptor_that_becomes_ready_ends_the_budget_long_before_the_frame()
    {
        using MainLoop loop = Loops.New(static options => options with { FrameRate = 0.01 }); // a real clock, and frames 100 s apart
        var pipe = new PipeSource { Dispatching = _ => Journal.Add("event") };
        if (loop.Descriptor is null)
        {
            throw new SkipException("this system's poller watches no descriptors");
        }

        loop.Add(pipe);
        loop.CallInBackground(budget =>
        {
            Check.True(budget.Remaining > TimeSpan.FromSeconds(1), "nothing is due for a long time");
            pipe.Feed(1);
            while (!budget.IsSpent)
            {
            }

            Journal.Add($"step of frame {loop.Frame.Index}");
            return false;
        });
        Pump.Until(loop, () => Journal.Count >= 2);
        Check.Sequence(["step of frame 0", "event"], Journal);
    }

    [Case]
    public void Stop_ends_the_budget_too()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        int units = 0;
        loop.CallInBackground(budget =>
        {
            while (!budget.IsSpent)
            {
                Clock.Advance(s_unit);
                if (++units == 7)
                {
                    loop.Stop();
                }
            }

            return true;
        });
        loop.Run();
        Check.Equal(7, units);
    }

    [Case]
    public void Background_priorities_age_by_their_maximum_delay_under_any_load()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Clock.Advance(Ms(15))); // overloaded for good
        var delays = new List<(double Delay, BackgroundHandle Work)>();
        foreach (double delay in (double[])[20, 50, 100])
        {
            delays.Add((delay, loop.CallInBackground(static _ => true, Ms(delay))));
        }

        BackgroundHandle patient = loop.CallInBackground(static _ => true);
        RunFor(TimeSpan.FromSeconds(3));
        foreach ((double delay, BackgroundHandle work) in delays)
        {
            // At the latest one frame after its delay, and one more for each of the two others that may be overdue in the same tick.
            Check.True(work.Steps >= 3_000 / (delay + 45) && work.Steps <= 3_000 / delay, $"{work.Steps} steps with a delay of {delay} ms");
        }

        Check.Equal(0L, patient.Steps);
    }

    private static Played Play(Pacing pacing, bool background)
    {
        var clock = new VirtualClock();
        using MainLoop loop = Loops.New(options => options with { Clock = clock, FrameRate = pacing == Pacing.Host ? null : 60, Pacing = pacing });
        var random = new Random(7);
        var late = new List<long>();
        var period = TimeSpan.FromTicks(166_667);
        TimeSpan inFrames = TimeSpan.Zero, latest = TimeSpan.Zero, inBackground = TimeSpan.Zero;
        loop.OnFrame(FramePhase.Update, frame =>
        {
            TimeSpan work = TimeSpan.FromMicroseconds(frame.Index % 25 == 24 ? 18_000 : random.Next(2_000, 12_000));
            inFrames += work;
            clock.Advance(work);
            latest = frame.Index % 25 == 0 ? latest : frame.Start - (frame.Deadline - period) is var at && at > latest ? at : latest;
            if (clock.Now > frame.Deadline)
            {
                late.Add(frame.Index);
            }
        });
        long unitsLeft = 2 * 20_000_000 / UnitUs;
        if (background)
        {
            loop.CallInBackground(budget =>
            {
                while (!budget.IsSpent && unitsLeft > 0)
                {
                    clock.Advance(s_unit);
                    inBackground += s_unit;
                    unitsLeft--;
                }

                return unitsLeft > 0;
            });
        }

        const int Frames = 1_000;
        while (loop.FrameStats.Frames < Frames)
        {
            if (pacing == Pacing.Host)
            {
                TimeSpan start = clock.Now;
                loop.TickFrame(period, period);
                TimeSpan rest = start + period - clock.Now;
                clock.Advance(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
            }
            else
            {
                loop.Tick(period);
            }
        }

        return new Played(late, loop.FrameStats.Dropped, latest, inBackground, inFrames, clock.Now, unitsLeft);
    }

    private sealed record Played(List<long> Late, long Dropped, TimeSpan LatestStart, TimeSpan Background, TimeSpan InFrames, TimeSpan Total, long UnitsLeft);

    private sealed class Bell(List<string> journal) : IEventSource
    {
        private SourceContext? _context;

        public string Name => "bell";

        public void Ring() => _context?.Wake();

        public void Attach(SourceContext context) => _context = context;

        public int Dispatch(PollEvents ready, int maxEvents)
        {
            journal.Add("event");
            return 1;
        }

        public void Detach() => _context = null;
    }
}
