namespace Mainspring.Contracts.Core;

/// <summary>Where exceptions go, and that they disturb nothing else.</summary>
public sealed class ErrorContract : VirtualLoopSuite
{
    private readonly List<LoopErrorContext> _errors = [];

    [Case]
    public void The_context_says_what_was_running_by_kind_and_name()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.UnhandledException += Collect;
        loop.CallSoon(Throw, Priority.High, "a callback");
        loop.CallSoon(static _ => throw new FormatException(), "state", Priority.Normal, "a stateful one");
        loop.CallLater(TimeSpan.Zero, Throw, "a timer");
        TimerHandle every = loop.CallEvery(Ms(1), Throw, "a periodic timer");
        OnAnotherThread(() => loop.Post(Throw));
        FrameHandle frame = loop.OnFrame(FramePhase.Render, static _ => throw new FormatException(), "a frame callback");
        loop.CallInBackground(static _ => throw new FormatException(), name: "some work");
        RunFor(Ms(1));
        every.Cancel();
        frame.Cancel();
        Check.Sequence(
            [
                "Callback a callback", "Callback a stateful one", "Timer a timer", $"Post {nameof(Throw)}",
                "Frame a frame callback", "Background some work", "Timer a periodic timer",
            ],
            _errors.Select(static error => $"{error.Kind} {ShortName(error.Name)}"));
        Check.True(_errors.TrueForAll(error => error.Exception is FormatException && error.Loop == loop && error.ScheduledAt is null));
        Check.Equal(7L, loop.Counters.Errors);
    }

    [Case]
    public void A_callback_is_named_by_its_method_when_it_has_no_name()
    {
        Loop.UnhandledException += Collect;
        Loop.CallSoon(Throw);
        Loop.CallLater(TimeSpan.Zero, Throw);
        Loop.CallSoon(static _ => throw new FormatException(), "state");
        RunUntilIdle();
        Check.Sequence(
            [
                $"{nameof(ErrorContract)}.{nameof(Throw)}",
                "(lambda)",
                $"{nameof(ErrorContract)}.{nameof(Throw)}",
            ],
            _errors.Select(static error => error.Name.Contains(nameof(A_callback_is_named_by_its_method_when_it_has_no_name)) ? "(lambda)" : LastTwo(error.Name)));

        static string LastTwo(string name) => string.Join('.', name.Split('.').TakeLast(2));
    }

    [Case]
    public void Lambdas_and_local_functions_are_named_as_in_the_source()
    {
        const string Here = $"{nameof(ErrorContract)}.{nameof(Lambdas_and_local_functions_are_named_as_in_the_source)}";
        int captured = 0;
        Loop.UnhandledException += Collect;
        Loop.CallSoon(static () => throw new FormatException());
        Loop.CallSoon(() => throw new FormatException($"{captured}"));
        Loop.CallSoon(() => Loop.CallSoon(() => throw new FormatException($"{captured}")));
        Loop.CallSoon(Local);
        RunUntilIdle();
        string type = typeof(ErrorContract).Namespace + ".";
        Check.Sequence(
            [$"a lambda in {type}{Here}", $"a lambda in {type}{Here}", $"{type}{nameof(ErrorContract)}.{nameof(Local)}", $"a lambda in {type}{Here}"],
            _errors.Select(static error => error.Name));

        static void Local() => throw new FormatException();
    }

    [Case]
    public void Names_that_the_compiler_makes_are_read()
    {
        foreach ((string compiled, string source) in (ReadOnlySpan<(string, string)>)
        [
            ("Patrol", "Patrol"), ("<Patrol>d__3", "Patrol"), ("<<Level>g__Patrol|3_0>d", "Patrol"), ("<Level>g__Patrol|3_0", "Patrol"),
            ("<Level>b__3_0", "a lambda in Level"), ("<<Level>b__3_0>d", "a lambda in Level"), ("<<Level>g__Patrol|3_0>b__1", "a lambda in Patrol"),
            ("<<Main>$>b__0_42", "a lambda in Main"), ("<<<Main>$>b__0_3>d", "a lambda in Main"), ("<<Main>$>g__Patrol|0_1", "Patrol"), ("<<<Main>$>g__Patrol|0_1>d", "Patrol"), ("<>c", "<>c"),
        ])
        {
            Check.Equal(source, WorkName.OfCompiled(compiled));
        }
    }

    [Case]
    public void One_callback_that_fails_does_not_disturb_the_rest_of_its_round()
    {
        Loop.UnhandledException += Collect;
        for (int i = 0; i < 200; i++)
        {
            int number = i;
            Loop.CallSoon(() =>
            {
                Journal.Add($"{number}");
                if (number % 3 == 0)
                {
                    throw new FormatException();
                }
            });
        }

        Loop.CallSoon(Note("end"));
        Loop.Tick();
        Check.Sequence([.. Enumerable.Range(0, 200).Select(static number => $"{number}"), "end"], Journal);
        Check.Equal(67, _errors.Count);
    }

    [Case]
    public void One_timer_that_fails_does_not_disturb_the_others_of_its_tick()
    {
        Loop.UnhandledException += Collect;
        Loop.CallLater(Ms(1), Note("a"));
        Loop.CallLater(Ms(1), Throw, "b");
        Loop.CallLater(Ms(1), Note("c"));
        RunUntilIdle();
        Check.Sequence(["a", "c"], Journal);
        Check.Equal("b", _errors.Single().Name);
    }

    [Case]
    public void One_frame_callback_that_fails_does_not_disturb_the_rest_of_its_frame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.UnhandledException += Collect;
        loop.OnFrame(FramePhase.Input, static _ => throw new FormatException());
        loop.OnFrame(FramePhase.Input, _ => Journal.Add("input"));
        loop.OnFrame(FramePhase.Present, _ => Journal.Add("present"));
        RunFor(Ms(10));
        Check.Sequence(["input", "present", "input", "present"], Journal);
        Check.Equal(2, _errors.Count);
    }

    [Case]
    public void What_nobody_handles_is_logged_and_the_loop_goes_on()
    {
        Loop.CallSoon(Throw, Priority.Normal, "the bad one");
        Loop.CallSoon(Note("next"));
        RunUntilIdle();
        Check.Sequence(["next"], Journal);
        string message = Log.Messages.Single();
        Check.Contains("Error", message);
        Check.Contains("Callback 'the bad one' failed", message);
        Check.Contains(nameof(FormatException), message);
    }

    [Case]
    public void What_a_handler_has_handled_is_not_logged()
    {
        Loop.UnhandledException += Collect;
        Loop.CallSoon(Throw);
        RunUntilIdle();
        Check.Equal(0, Log.Messages.Count);
        Check.Equal(1L, Loop.Counters.Errors);
    }

    [Case]
    public void A_handler_that_throws_is_survived_and_the_others_are_asked()
    {
        Loop.UnhandledException += static _ => throw new InvalidTimeZoneException("from the handler");
        Loop.UnhandledException += context => _errors.Add(context);
        Loop.CallSoon(Throw);
        Loop.CallSoon(Note("next"));
        RunUntilIdle();
        Check.Sequence(["next"], Journal);
        Check.Equal(1, _errors.Count);
        Check.Equal(2, Log.Messages.Count);
        Check.Contains("from the handler", Log.Messages[0]);
        Check.Contains(nameof(FormatException), Log.Messages[1]);
    }

    [Case]
    public void ErrorPolicy_Stop_makes_Run_throw_the_exception_after_the_round()
    {
        MainLoop loop = Build(new LoopOptions { ErrorPolicy = ErrorPolicy.Stop });
        loop.CallSoon(Throw);
        loop.CallSoon(Note("the same round"));
        loop.CallLater(Ms(1), Note("later"));
        FormatException exception = Check.Throws<FormatException>(loop.Run);
        Check.Contains(nameof(Throw), exception.StackTrace);
        Check.Sequence(["the same round"], Journal);
        RunUntilIdle();
        Check.Sequence(["the same round", "later"], Journal, "thrown once: the loop can be run again");
    }

    [Case]
    public void ErrorPolicy_Stop_makes_Tick_throw_and_throws_the_first_of_several()
    {
        MainLoop loop = Build(new LoopOptions { ErrorPolicy = ErrorPolicy.Stop });
        loop.CallSoon(static () => throw new FormatException("first"));
        loop.CallSoon(static () => throw new FormatException("second"));
        Check.Contains("first", Check.Throws<FormatException>(() => loop.Tick()).Message);
        loop.Tick();
    }

    [Case]
    public void ErrorPolicy_Stop_does_not_stop_for_what_was_handled()
    {
        MainLoop loop = Build(new LoopOptions { ErrorPolicy = ErrorPolicy.Stop });
        loop.UnhandledException += Collect;
        loop.CallSoon(Throw);
        loop.CallLater(Ms(1), Note("later"));
        RunUntilIdle();
        Check.Sequence(["later"], Journal);
    }

    [Case]
    public void A_storm_of_errors_is_limited_and_counted()
    {
        const int PerSecond = 20;
        for (int i = 0; i < 500; i++)
        {
            Loop.CallSoon(Throw);
        }

        RunUntilIdle();
        Check.Equal(PerSecond, Log.Messages.Count);
        Check.Equal(500L, Loop.Counters.Errors);
        Check.Equal(480L, Loop.Counters.SuppressedErrors);
        Loop.CallLater(TimeSpan.FromSeconds(1), Throw);
        Loop.CallLater(TimeSpan.FromSeconds(2), Throw);
        RunUntilIdle();
        Check.Equal(PerSecond + 2, Log.Messages.Count);
        Check.Contains("480 errors before this one were not logged", Log.Messages[PerSecond]);
        Check.False(Log.Messages[PerSecond + 1].Contains("not logged"), "said once");
    }

    [Case]
    public void The_handler_sees_every_error_of_a_storm()
    {
        Loop.UnhandledException += context => _errors.Add(context);
        for (int i = 0; i < 500; i++)
        {
            Loop.CallSoon(Throw);
        }

        RunUntilIdle();
        Check.Equal(500, _errors.Count);
    }

    [Case]
    public void In_debug_mode_an_error_says_where_its_callback_was_scheduled()
    {
        MainLoop loop = Build(new LoopOptions { Debug = true });
        loop.UnhandledException += context => _errors.Add(context);
        loop.CallSoon(Throw);
        loop.CallSoon(Throw, Priority.High);
        loop.CallSoon(static _ => throw new FormatException(), "state");
        loop.CallLater(Ms(1), Throw);
        loop.CallAt(Ms(2), Throw);
        TimerHandle every = loop.CallEvery(Ms(3), Throw);
        RunFor(Ms(3));
        every.Cancel();
        Check.Equal(6, _errors.Count);
        foreach (LoopErrorContext error in _errors)
        {
            string first = error.ScheduledAt!.Split('\n', StringSplitOptions.RemoveEmptyEntries)[0];
            Check.Contains(nameof(In_debug_mode_an_error_says_where_its_callback_was_scheduled), error.ScheduledAt);
            Check.False(first.Contains("AddCallback") || first.Contains("AddTimer"), first);
        }

        Check.Contains("scheduled", Log.Messages[0]);
    }

    [Case]
    public void In_debug_mode_a_call_from_the_wrong_thread_throws_and_says_what_to_do()
    {
        MainLoop loop = Build(new LoopOptions { Debug = true, FrameRate = 60 });
        int here = Environment.CurrentManagedThreadId;
        loop.CallSoon(() =>
        {
            TimerHandle timer = loop.CallLater(Ms(1), static () => { });
            FrameHandle frame = loop.OnFrame(FramePhase.Update, static _ => { });
            BackgroundHandle background = loop.CallInBackground(static _ => true);
            SourceHandle source = loop.Add(new QueueSource());
            OnAnotherThread(() =>
            {
                int there = Environment.CurrentManagedThreadId;
                foreach ((string name, Action call) in new (string, Action)[]
                {
                    ("CallSoon", () => loop.CallSoon(static () => { })),
                    ("CallSoon", () => loop.CallSoon(static () => { }, Priority.Urgent)),
                    ("CallSoon", () => loop.CallSoon(static _ => { }, "state")),
                    ("CallLater", () => loop.CallLater(Ms(1), static () => { })),
                    ("CallLater", () => loop.CallLater(1.0, static () => { })),
                    ("CallAt", () => loop.CallAt(Ms(1), static () => { })),
                    ("CallEvery", () => loop.CallEvery(Ms(1), static () => { })),
                    ("CallInBackground", () => loop.CallInBackground(static _ => true)),
                    ("OnFrame", () => loop.OnFrame(FramePhase.Update, static _ => { })),
                    ("Cancel", () => timer.Cancel()),
                    ("Cancel", frame.Cancel),
                    ("Cancel", () => background.Cancel()),
                    ("On", () => source.On<Queued>(static (in Queued _, in EventInfo _) => { })),
                    ("Off", () => source.Off<Queued>(static (in Queued _, in EventInfo _) => { })),
                    ("Unref", source.Unref),
                    ("Ref", source.Ref),
                    ("Remove", source.Remove),
                })
                {
                    Check.Equal(
                        $"{name} was called from thread {there}; loop 'main' runs on thread {here}. Use Post.",
                        Check.Throws<InvalidOperationException>(call).Message);
                }

                loop.Post(Note("a post may come from anywhere"));
            });
        });
        RunFor(Ms(5));
        Check.Sequence(["a post may come from anywhere"], Journal);
        Check.Equal(0L, loop.Counters.Errors, string.Join("; ", Log.Messages.Take(1)));
    }

    [Case]
    public void In_debug_mode_a_slow_callback_is_reported_by_name()
    {
        MainLoop loop = Build(new LoopOptions { Debug = true, SlowCallback = Ms(100) });
        loop.CallSoon(() => Clock.Advance(Ms(99)), Priority.Normal, "fast");
        loop.CallSoon(() => Clock.Advance(Ms(150)), Priority.Normal, "slow callback");
        loop.CallLater(Ms(1_000), () => Clock.Advance(Ms(200)), "slow timer");
        loop.CallLater(Ms(2_000), () =>
        {
            Clock.Advance(Ms(300));
            throw new FormatException();
        }, "slow and bad");
        RunUntilIdle();
        Check.Equal(4, Log.Messages.Count);
        Check.Contains("Warning: Callback 'slow callback' took 150.0 ms", Log.Messages[0]);
        Check.Contains(nameof(In_debug_mode_a_slow_callback_is_reported_by_name), Log.Messages[0]);
        Check.Contains("'slow timer' took 200.0 ms", Log.Messages[1]);
        Check.Contains("'slow and bad' took 300.0 ms", Log.Messages[2]);
    }

    private static void Throw() => throw new FormatException();

    private static string ShortName(string name) => name[(name.LastIndexOf('.') + 1)..];

    private void Collect(LoopErrorContext context)
    {
        context.Handled = true;
        _errors.Add(context);
    }
}
