namespace Mainspring.Contracts.Core;

/// <summary>Trace points: everything that runs passes one, begin and end in balance.</summary>
public sealed class TraceContract : VirtualLoopSuite
{
    [Case]
    public void A_trace_sees_every_kind_of_work_by_name()
    {
        var trace = new Recorder(Journal);
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, Trace = trace });
        loop.CallSoon(static () => { }, Priority.Normal, "callback");
        loop.CallLater(TimeSpan.Zero, static () => { }, "timer");
        TimerHandle every = loop.CallEvery(Ms(5), static () => { }, "periodic");
        loop.OnFrame(FramePhase.Update, static _ => { }, "frame");
        loop.CallInBackground(static _ => false, name: "work");
        OnAnotherThread(() => loop.Post(NamedPost));
        RunFor(Ms(5));
        Check.Sequence(
            [
                "tick 1 at 0",
                "Callback callback {", "}",
                "Timer timer {", "}",
                "Post NamedPost {", "}",
                "Frame frame {", "}",
                "Background work {", "}",
                "tick 2 at 5",
                "Timer periodic {", "}",
            ],
            Journal);
        every.Cancel();
    }

    [Case]
    public void Begin_and_end_are_balanced_when_work_throws()
    {
        var trace = new Recorder(Journal);
        MainLoop loop = Build(new LoopOptions { FrameRate = 100, Trace = trace });
        loop.CallSoon(Throw, Priority.Normal, "a");
        loop.CallSoon(static () => { }, Priority.Normal, "b");
        loop.CallLater(TimeSpan.Zero, Throw, "c");
        loop.OnFrame(FramePhase.Update, static _ => throw new FormatException(), "d");
        loop.CallInBackground(static _ => throw new FormatException(), name: "e");
        OnAnotherThread(() => loop.Post(Throw));
        RunFor(Ms(5));
        Check.Sequence(
            ["Callback a {", "}", "Callback b {", "}", "Timer c {", "}", "Post Throw {", "}", "Frame d {", "}", "Background e {", "}"],
            Journal.Where(static entry => !entry.StartsWith("tick", StringComparison.Ordinal)));
    }

    [Case]
    public void A_trace_sees_nothing_of_what_was_cancelled()
    {
        MainLoop loop = Build(new LoopOptions { Trace = new Recorder(Journal) });
        loop.CallSoon(static () => { }, Priority.Normal, "cancelled").Cancel();
        TimerHandle timer = default;
        loop.CallLater(Ms(1), () => timer.Cancel(), "cancelling");
        timer = loop.CallLater(Ms(1), static () => { }, "cancelled");
        RunUntilIdle();
        Check.Sequence(["Timer cancelling {", "}"], Journal.Where(static entry => !entry.StartsWith("tick", StringComparison.Ordinal)));
    }

    [Case]
    public void A_trace_that_is_set_while_something_runs_hears_no_end_without_its_begin()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Toggle(), "frame");
        loop.CallEvery(Ms(3), Toggle, "timer");
        loop.CallInBackground(_ =>
        {
            Toggle();
            return true;
        }, name: "work");
        loop.CallEvery(Ms(1), () => OnAnotherThread(() => loop.Post(Toggle)));
        RunFor(Ms(50));
        int depth = 0;
        foreach (string entry in Journal)
        {
            depth += entry.EndsWith('{') ? 1 : entry == "}" ? -1 : 0;
            Check.True(depth is 0 or 1);
        }

        Check.Equal(0, depth);
        Check.True(Journal.Count > 10);

        void Toggle() => loop.Trace = loop.Trace is null ? new Recorder(Journal) : null;
    }

    [Case]
    public void A_loop_without_a_trace_runs_the_same()
    {
        string[] traced = Run(new Recorder([])), untraced = Run(null);
        Check.Sequence(untraced, traced);

        string[] Run(LoopTrace? trace)
        {
            var ran = new List<string>();
            using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), FrameRate = 100, Trace = trace, Log = Log });
            var random = new Random(6);
            loop.OnFrame(FramePhase.Update, frame => ran.Add($"frame {frame.Index}"));
            loop.CallSoon(Fill);
            loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) });
            return [.. ran];

            void Fill()
            {
                for (int i = random.Next(20); i > 0; i--)
                {
                    int number = random.Next();
                    CallbackHandle callback = loop.CallSoon(() => ran.Add($"callback {number}"), (Priority)random.Next(5));
                    TimerHandle timer = loop.CallLater(Ms(random.Next(20)), () =>
                    {
                        ran.Add($"timer {number}");
                        if (number % 5 == 0)
                        {
                            throw new FormatException();
                        }
                    });
                    if (number % 7 == 0)
                    {
                        timer.Cancel();
                        callback.Cancel();
                    }
                }

                loop.CallLater(Ms(random.Next(20)), Fill);
            }
        }
    }

    private static void Throw() => throw new FormatException();

    private static void NamedPost()
    {
    }

    private sealed class Recorder(List<string> journal) : LoopTrace
    {
        public override void Tick(long tick, TimeSpan now) => journal.Add($"tick {tick} at {now.TotalMilliseconds}");

        public override void Begin(in Work work) => journal.Add($"{work.Kind} {work.Name[(work.Name.LastIndexOf('.') + 1)..]} {{");

        public override void End(in Work work) => journal.Add("}");
    }
}
