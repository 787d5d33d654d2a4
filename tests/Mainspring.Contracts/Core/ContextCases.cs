using System.Runtime.CompilerServices;

namespace Mainspring.Contracts.Core;

/// <summary>Values of <see cref="AsyncLocal{T}"/> in callbacks; what errors say; debug mode while the loop runs.</summary>
public sealed class ContextCases : VirtualLoopSuite
{
    private static readonly AsyncLocal<string?> s_local = new();

    [Case]
    public void Callbacks_timers_and_posts_run_in_the_context_that_they_are_given()
    {
        s_local.Value = "given";
        ExecutionContext context = ExecutionContext.Capture()!;
        s_local.Value = null;
        Loop.CallSoon(() => Note("soon"), context);
        Loop.CallLater(Ms(1), () => Note("later"), context);
        Loop.CallAt(Ms(2), () => Note("at"), context, "named");
        Loop.Post(() => Note("post"), context);
        OnAnotherThread(() => Loop.Post(() => Note("foreign post"), context));
        TimerHandle cancelled = Loop.CallLater(Ms(3), () => Note("never"), context);
        Check.Equal(Ms(3), cancelled.When);
        Check.True(cancelled.Cancel());
        Loop.CallAt(Ms(4), () => Note("without"));
        RunUntilIdle();
        Check.Sequence(["soon given", "post given", "foreign post given", "later given", "at given", "without "], Journal);
        Check.Equal<string?>(null, s_local.Value);

        void Note(string entry)
        {
            Journal.Add($"{entry} {s_local.Value}");
            s_local.Value = "changed"; // for nobody else
        }
    }

    [Case]
    public void ReportException_asks_the_handlers_with_message_and_subject_or_logs()
    {
        List<LoopErrorContext> errors = [];
        void Handle(LoopErrorContext context)
        {
            errors.Add(context);
            context.Handled = true;
        }

        var subject = new object();
        Loop.UnhandledException += Handle;
        Loop.CallSoon(() => Loop.ReportException(new FormatException("mine"), "reading the map", subject));
        OnAnotherThread(() => Loop.ReportException(new FormatException("foreign")));
        RunUntilIdle();
        Check.Sequence(["mine", "foreign"], errors.Select(static error => error.Exception.Message));
        Check.Equal("reading the map", errors[0].Message);
        Check.True(ReferenceEquals(subject, errors[0].Subject));
        Check.True(ReferenceEquals(Loop, errors[0].Loop));
        Check.Equal(0, Log.Messages.Count);
        Loop.UnhandledException -= Handle;
        Loop.CallSoon(() => Loop.ReportException(new FormatException("nobody's"), "reading the map"));
        RunUntilIdle();
        Check.True(Log.Messages.Single().StartsWith("Error: reading the map: System.FormatException: nobody's", StringComparison.Ordinal), Log.Messages.Single());
        Check.Equal(3L, Loop.Counters.Errors);
    }

    [Case]
    public void The_subject_of_an_error_is_the_source_or_the_job()
    {
        List<object?> subjects = [];
        Loop.UnhandledException += context =>
        {
            subjects.Add(context.Subject);
            context.Handled = true;
        };
        var source = new Failing();
        Loop.Add(source, RetryPolicy.Never);
        Job job = Loop.StartJob(Fail());
        Loop.CallSoon(static () => throw new FormatException());
        RunUntilIdle();
        Check.Equal(3, subjects.Count);
        Check.True(subjects.Contains(source) && subjects.Contains(job) && subjects.Contains(null));

        static IEnumerator<Wait> Fail()
        {
            yield return default;
            throw new FormatException();
        }
    }

    [Case]
    public void Debug_mode_can_be_switched_while_the_loop_runs()
    {
        Check.False(Loop.IsDebug);
        Loop.CallSoon(() =>
        {
            Loop.IsDebug = true;
            Loop.CallSoon(() => Clock.Advance(Ms(150)), Priority.Normal, "slow");
            Loop.CallSoon(() =>
            {
                Loop.IsDebug = false;
                Loop.CallSoon(() => Clock.Advance(Ms(150)), Priority.Normal, "slow, but nobody asked");
            });
        });
        RunUntilIdle();
        Check.False(Loop.IsDebug);
        Check.True(Log.Messages.Single().StartsWith("Warning: Callback 'slow' took 150.0 ms", StringComparison.Ordinal), string.Join('|', Log.Messages));
    }

    [Case]
    public void Debug_mode_names_slow_posts_and_methods_that_go_on()
    {
        MainLoop loop = Build(new LoopOptions { Debug = true, SlowCallback = Ms(10) });
        OnAnotherThread(() => loop.Post(SlowPost));
        loop.Run(SlowMethod);
        loop.Run(SlowTask);
        Check.Sequence(
            ["Warning: 'SlowPost' went on for 20.0 ms.", "Warning: 'SlowMethod' went on for 30.0 ms.", "Warning: 'SlowTask' went on for 40.0 ms."],
            Log.Messages.Select(static message => message.Replace("ContextCases.", "", StringComparison.Ordinal).Replace("Mainspring.Contracts.Core.", "", StringComparison.Ordinal)));

        void SlowPost() => Clock.Advance(Ms(20));

        async LoopTask SlowMethod()
        {
            await loop.Delay(Ms(1));
            Clock.Advance(Ms(30));
        }

        async Task SlowTask()
        {
            await loop.Yield();
            Clock.Advance(Ms(40));
            await loop.Yield();
        }
    }

    [Case]
    public void Debug_mode_names_a_loop_that_was_never_disposed()
    {
        Lose();
        Patience.Until(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            lock (Log.Messages)
            {
                return Log.Messages.Any(static message => message.StartsWith("Warning: The loop was never disposed", StringComparison.Ordinal));
            }
        }, "the warning");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Lose() => new MainLoop(new LoopOptions { Debug = true, Log = Log, PortablePoller = true }).Tick();

    private sealed class Failing : IEventSource
    {
        public string Name => "failing";

        public void Attach(SourceContext context) => context.Wake();

        public int Dispatch(PollEvents ready, int maxEvents) => throw new FormatException();

        public void Detach()
        {
        }
    }
}
