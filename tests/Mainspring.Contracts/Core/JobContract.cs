using System.Collections;

namespace Mainspring.Contracts.Core;

/// <summary>Jobs: routines that run in steps.</summary>
public sealed class JobContract : VirtualLoopSuite
{
    [Case]
    public void The_first_step_runs_in_the_next_turn_and_never_before_StartJob_has_returned()
    {
        Loop.StartJob(Steps("a", 2));
        Journal.Add("started");
        RunUntilIdle();
        Check.Sequence(["started", "a0", "a1", "a end"], Journal);
    }

    [Case]
    public void Jobs_take_their_steps_in_the_order_of_their_start()
    {
        Loop.StartJob(Steps("a", 2));
        Loop.StartJob(Steps("b", 2));
        RunUntilIdle();
        Check.Sequence(["a0", "b0", "a1", "b1", "a end", "b end"], Journal);
    }

    [Case]
    public void In_a_loop_with_frames_a_step_is_a_frame_and_runs_in_the_phase_that_was_named()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 10 });
        loop.OnFrame(FramePhase.Update, frame => Journal.Add($"{frame.Index}"));
        loop.StartJob(Steps("late", 2), FramePhase.LateUpdate);
        loop.StartJob(Steps("early", 2), FramePhase.Input);
        RunFor(Ms(150));
        Check.Sequence(["early0", "0", "late0", "early1", "1", "late1"], Journal);
    }

    [Case]
    public void A_plain_IEnumerator_may_yield_everything_that_can_be_waited_for()
    {
        var source = new TaskCompletionSource();
        using var token = new CancellationTokenSource();
        IEnumerator Routine()
        {
            yield return null;
            yield return Ms(10);
            yield return Wait.Frames(2);
            yield return Steps("nested", 1);
            yield return Loop.StartJob(Steps("job", 1));
            Loop.CallLater(Ms(1), source.SetResult);
            yield return source.Task;
            yield return new ValueTask(Task.CompletedTask);
            Loop.CallLater(Ms(1), token.Cancel);
            yield return token.Token;
            Journal.Add($"end at {Loop.Now.TotalMilliseconds} ms");
        }

        Job job = Loop.StartJob(Routine());
        RunUntilIdle();
        Check.Sequence(["nested0", "nested end", "job0", "job end", "end at 12 ms"], Journal);
        Check.Equal(JobState.Completed, job.State);
    }

    [Case]
    public void What_cannot_be_waited_for_is_an_error_that_names_its_type()
    {
        IEnumerator Routine()
        {
            yield return "a string";
        }

        Job job = Loop.StartJob(Routine(), name: "wrong");
        Exception? seen = null;
        Loop.UnhandledException += context => (seen, context.Handled) = (context.Exception, true);
        RunUntilIdle();
        Check.Equal(JobState.Faulted, job.State);
        Check.Contains("System.String", seen?.Message);
    }

    [Case]
    public void Delays_go_on_from_the_deadline_before_and_do_not_drift()
    {
        IEnumerator<Wait> Routine()
        {
            for (int i = 1; i <= 3; i++)
            {
                yield return Ms(10);
                Journal.Add($"{Loop.Now.TotalMilliseconds}");
                Clock.Advance(Ms(3)); // work
            }
        }

        Loop.StartJob(Routine());
        RunUntilIdle();
        Check.Sequence(["10", "20", "30"], Journal);
    }

    [Case]
    public void A_delay_whose_end_has_passed_starts_from_now()
    {
        IEnumerator<Wait> Routine()
        {
            yield return Ms(10);
            Clock.Advance(Ms(25)); // two periods missed
            yield return default;
            yield return Ms(10);
            Journal.Add($"{Loop.Now.TotalMilliseconds}");
        }

        Loop.StartJob(Routine());
        RunUntilIdle();
        Check.Sequence(["45"], Journal);
    }

    [Case]
    public void Conditions_are_asked_once_a_turn()
    {
        int asked = 0;
        IEnumerator<Wait> Routine()
        {
            yield return Wait.Until(() => ++asked == 3);
            yield return Wait.While(() => ++asked < 6);
            Journal.Add($"asked {asked} times");
        }

        Loop.StartJob(Routine());
        RunUntilIdle();
        Check.Sequence(["asked 6 times"], Journal);
    }

    [Case]
    public void Cancel_disposes_the_routines_innermost_first_and_once()
    {
        Job job = Loop.StartJob(Guarded("outer", Guarded("inner", Forever())));
        Loop.CallLater(Ms(5), () => Check.True(job.Cancel()));
        IEnumerator<Wait> Forever()
        {
            yield return TimeSpan.FromDays(1);
        }

        RunUntilIdle();
        Check.Sequence(["inner finally", "outer finally"], Journal);
        Check.Equal(JobState.Cancelled, job.State);
        Check.False(job.Cancel());
    }

    [Case]
    public void A_job_that_cancels_itself_ends_at_its_next_yield()
    {
        Job? job = null;
        IEnumerator<Wait> Routine()
        {
            try
            {
                yield return default;
                job!.Cancel();
                Journal.Add("still here");
                yield return default;
                Journal.Add("never");
            }
            finally
            {
                Journal.Add("finally");
            }
        }

        job = Loop.StartJob(Routine());
        RunUntilIdle();
        Check.Sequence(["still here", "finally"], Journal);
        Check.Equal(JobState.Cancelled, job.State);
    }

    [Case]
    public void Cancelling_the_next_one_or_starting_one_within_the_pass_keeps_the_order()
    {
        Job? second = null;
        IEnumerator<Wait> First()
        {
            yield return default;
            Journal.Add("first");
            second!.Cancel();
            Loop.StartJob(Steps("new", 1));
            yield return default;
            Journal.Add("first again");
        }

        Loop.StartJob(First());
        second = Loop.StartJob(Steps("second", 9));
        Loop.StartJob(Steps("third", 3));
        RunUntilIdle();
        Check.Sequence(
            ["second0", "third0", "first", "third1", "first again", "third2", "new0", "third end", "new end"],
            Journal,
            "the second is gone at once, the third keeps its place before the new one");
    }

    [Case]
    public void A_job_that_throws_ends_alone_and_its_error_has_its_name_and_yield_stack()
    {
        LoopErrorContext? seen = null;
        Loop.UnhandledException += context => (seen, context.Handled) = (context, true);
        IEnumerator<Wait> Inner()
        {
            yield return default;
            throw new InvalidDataException("bad");
        }

        IEnumerator<Wait> Outer()
        {
            yield return Wait.Routine(Inner());
        }

        Job job = Loop.StartJob(Outer(), name: "loader");
        Loop.StartJob(Steps("other", 2));
        RunUntilIdle();
        Check.Sequence(["other0", "other1", "other end"], Journal);
        Check.Equal(JobState.Faulted, job.State);
        Check.Equal(WorkKind.Job, seen!.Kind);
        Check.Contains("loader", seen.Name);
        Check.Contains("Inner", seen.Name);
        Check.True(seen.Exception is InvalidDataException);
    }

    [Case]
    public void An_exception_goes_to_the_job_that_waits_and_not_to_the_handler()
    {
        var reported = new List<string>();
        Loop.UnhandledException += context =>
        {
            reported.Add(context.Name);
            context.Handled = true;
        };
        Job inner = Loop.StartJob(Throwing(), name: "inner");
        Job outer = Loop.StartJob(WaitsFor(inner), name: "outer");
        RunUntilIdle();
        Check.Sequence(["outer"], reported, "the one whom nobody waits for");
        Check.Equal(JobState.Faulted, outer.State);
        Check.True(ReferenceEquals(inner.Exception, outer.Exception));
    }

    [Case]
    public void An_exception_goes_to_the_task_of_the_one_who_asked_for_it()
    {
        bool reported = false;
        Loop.UnhandledException += context => reported = context.Handled = true;
        Job job = Loop.StartJob(Throwing());
        Task completion = job.Completion;
        RunUntilIdle();
        Check.True(completion.IsFaulted && completion.Exception!.InnerException is InvalidDataException);
        Check.False(reported);
    }

    [Case]
    public void Cancellation_is_an_outcome_and_not_an_error()
    {
        bool reported = false;
        Loop.UnhandledException += _ => reported = true;
        Job inner = Loop.StartJob(Steps("inner", 9));
        Job outer = Loop.StartJob(WaitsFor(inner));
        Task completion = outer.Completion;
        Loop.CallSoon(() => inner.Cancel());
        RunUntilIdle();
        Check.Equal(JobState.Cancelled, outer.State);
        Check.True(completion.IsCanceled);
        Check.False(reported);
    }

    [Case]
    public void A_failed_task_fails_the_job_and_a_cancelled_one_cancels_it()
    {
        Loop.UnhandledException += context => context.Handled = true;
        Job failed = Loop.StartJob(WaitsForTask(Task.FromException(new InvalidDataException())));
        Job cancelled = Loop.StartJob(WaitsForTask(Task.FromCanceled(new CancellationToken(true))));
        RunUntilIdle();
        Check.True(failed.State == JobState.Faulted && failed.Exception is InvalidDataException);
        Check.Equal(JobState.Cancelled, cancelled.State);
        IEnumerator<Wait> WaitsForTask(Task task)
        {
            yield return task;
            Journal.Add("never");
        }

        Check.Sequence([], Journal);
    }

    [Case]
    public void A_job_that_would_wait_for_itself_is_told_so()
    {
        Loop.UnhandledException += context => context.Handled = true;
        Job? a = null, b = null;
        IEnumerator<Wait> A()
        {
            yield return default;
            yield return Wait.Job(b!);
        }

        IEnumerator<Wait> B()
        {
            yield return default;
            yield return Wait.Job(a!);
        }

        a = Loop.StartJob(A(), name: "a");
        b = Loop.StartJob(B(), name: "b");
        RunUntilIdle();
        Check.Contains("would wait for itself", b.Exception?.Message);
        Check.Equal(JobState.Faulted, a.State, "it waited for b, which failed");
    }

    [Case]
    public void A_job_started_within_a_step_is_a_child_and_is_cancelled_with_its_parent()
    {
        Job? child = null;
        IEnumerator<Wait> Parent()
        {
            child = Loop.StartJob(Guarded("child", Sleeping()));
            try
            {
                yield return TimeSpan.FromDays(1);
            }
            finally
            {
                Journal.Add("parent finally");
            }
        }

        Job parent = Loop.StartJob(Parent());
        Loop.CallLater(Ms(1), () => parent.Cancel());
        RunFor(Ms(2));
        Check.True(child!.Parent == parent);
        Check.Sequence(["child finally", "parent finally"], Journal.Where(static entry => entry.Contains("finally")));
        Check.Equal(0, parent.Children.Count);
    }

    [Case]
    public void Results_come_out_of_a_job()
    {
        IEnumerator<Wait> Sum(JobResult<int> result)
        {
            yield return Ms(1);
            result.Value = 42;
        }

        Job<int> job = Loop.StartJob<int>(Sum);
        Check.Throws<InvalidOperationException>(() => _ = job.Result);
        RunUntilIdle();
        Check.Equal(42, job.Result);
    }

    [Case]
    public void Jobs_are_listed_by_name_until_they_are_done()
    {
        Loop.StartJob(Steps("x", 1));
        Loop.StartJob(Throwing(), name: "given");
        Check.Sequence(["Steps", "given"], Loop.Jobs.Select(static job => job.Name));
        Loop.UnhandledException += context => context.Handled = true;
        RunUntilIdle();
        Check.Equal(0, Loop.Jobs.Count);
    }

    [Case]
    public void Steps_are_counted_also_while_the_job_runs()
    {
        Job job = Loop.StartJob(Steps("a", 4));
        Loop.StartJob(Steps("b", 9));
        long? seen = null;
        Loop.CallSoon(() => seen = job.Stats.Steps);
        RunUntilIdle();
        Check.Equal(0L, seen!.Value);
        Check.Equal(5L, job.Stats.Steps, "four yields and the end");
    }

    [Case]
    public void Disposing_the_loop_runs_every_finally()
    {
        MainLoop loop = Build(new LoopOptions());
        loop.StartJob(Guarded("a", Steps("s", 99)));
        loop.StartJob(Guarded("b", Steps("s", 99)));
        loop.Tick();
        loop.Dispose();
        Check.Sequence(["b finally", "a finally"], Journal.Where(static entry => entry.Contains("finally")));
        Check.Throws<ObjectDisposedException>(() => loop.StartJob(Steps("late", 1)));
    }

    [Case]
    public void A_finally_that_throws_is_reported_and_the_outer_ones_run_all_the_same()
    {
        var reported = new List<Exception>();
        Loop.UnhandledException += context =>
        {
            reported.Add(context.Exception);
            context.Handled = true;
        };
        IEnumerator<Wait> Bad()
        {
            try
            {
                yield return TimeSpan.FromDays(1);
            }
            finally
            {
                Throw();
            }
        }

        Job job = Loop.StartJob(Guarded("outer", Bad()));
        Loop.CallLater(Ms(1), () => job.Cancel());
        RunUntilIdle();
        Check.Sequence(["outer finally"], Journal);
        Check.Equal(1, reported.Count);
        Check.Equal(JobState.Faulted, job.State);
    }

    [Case]
    public void Waiting_for_an_event_ends_with_the_next_event()
    {
        var source = new QueueSource();
        SourceHandle handle = Loop.Add(source);
        IEnumerator<Wait> Routine()
        {
            yield return Wait.Event(handle);
            Journal.Add("event");
            yield return Wait.Event(handle);
            Journal.Add("another");
        }

        Loop.StartJob(Routine());
        Loop.CallLater(Ms(1), () => source.Add(1));
        Loop.CallLater(Ms(2), () => source.Add(2));
        Loop.CallLater(Ms(3), handle.Remove);
        RunUntilIdle();
        Check.Sequence(["event", "another"], Journal);
    }

    [Case]
    public void A_step_that_yields_the_next_frame_allocates_nothing()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        for (int i = 0; i < 100; i++)
        {
            loop.StartJob(Endless());
        }

        IEnumerator<Wait> Endless()
        {
            while (true)
            {
                yield return default;
            }
        }

        Allocations.None(() => loop.Tick());
    }

    [Case]
    public void A_chain_of_cancellations_in_finally_blocks_overflows_no_stack()
    {
        const int Length = 20_000;
        int ended = 0;
        Worker.Run(() =>
        {
            using MainLoop loop = Loops.New(static options => options with { Clock = new VirtualClock() });
            Job? job = null;
            for (int i = 0; i < Length; i++)
            {
                job = loop.StartJob(Link(job));
            }

            loop.Tick();
            Check.True(job!.Cancel());
            Check.Equal(Length, ended, "when the outermost call returns");
            Check.Equal(0, loop.Jobs.Count);
        });

        IEnumerator<Wait> Link(Job? next)
        {
            try
            {
                while (true)
                {
                    yield return Wait.NextFrame;
                }
            }
            finally
            {
                ended++;
                next?.Cancel();
            }
        }
    }

    [Case]
    public void A_step_that_waits_for_a_delay_allocates_nothing()
    {
        IEnumerator<Wait> Endless()
        {
            while (true)
            {
                yield return Ms(1);
            }
        }

        Loop.StartJob(Endless());
        Allocations.None(() =>
        {
            Clock.Advance(Ms(1));
            Loop.Tick();
        });
    }

    private IEnumerator<Wait> Steps(string name, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Journal.Add($"{name}{i}");
            yield return default;
        }

        Journal.Add($"{name} end");
    }

    private IEnumerator<Wait> Guarded(string name, IEnumerator<Wait> inner)
    {
        try
        {
            yield return Wait.Routine(inner);
        }
        finally
        {
            Journal.Add($"{name} finally");
        }
    }

    private static IEnumerator<Wait> Sleeping()
    {
        yield return TimeSpan.FromDays(1);
    }

    private static IEnumerator<Wait> Throwing()
    {
        yield return default;
        Throw();
    }

    private static IEnumerator<Wait> WaitsFor(Job job)
    {
        yield return job;
    }

    private static void Throw() => throw new InvalidDataException("bad");
}
