using System.Runtime.CompilerServices;

namespace Mainspring.Contracts.Core;

/// <summary>How jobs end: once, whoever ends them and from wherever.</summary>
public sealed class JobEndContract : VirtualLoopSuite
{
    private readonly List<string> _reported = [];

    /// <summary>Notes what is reported.</summary>
    public JobEndContract() => Loop.UnhandledException += context =>
    {
        _reported.Add($"{context.Name}: {context.Exception.Message}");
        context.Handled = true;
    };

    [Case]
    public void A_job_that_waits_for_a_cancelled_one_and_is_cancelled_itself_ends_once()
    {
        Job b = Loop.StartJob(Lasting("b"));
        Job a = Loop.StartJob(WaitsFor(b, "a"));
        Turns(2);
        b.Cancel();
        a.Cancel();
        Turns(3);
        Check.Sequence(["b finally", "a finally"], Journal);
        Check.Equal(JobState.Cancelled, a.State);
        Check.Equal((0, 0), (Loop.JobTable.Count, Loop.JobTable.Referenced));
        Check.Equal(0, Loop.Jobs.Count);
        RunUntilIdle();
    }

    [Case]
    public void An_exception_whose_waiter_was_cancelled_meanwhile_is_reported_once()
    {
        Job b = Loop.StartJob(ThrowsLater(), name: "b");
        Job a = Loop.StartJob(WaitsFor(b, "a"));
        Job other = Loop.StartJob(WaitsFor(b, "other"));
        Loop.StartJob(Cancels());
        RunUntilIdle();
        Check.Equal(JobState.Faulted, b.State);
        Check.Equal(JobState.Cancelled, a.State, "it stays what it was");
        Check.Equal(JobState.Cancelled, other.State);
        Check.Sequence(["b: bad"], _reported);
        Check.Sequence(["a finally", "other finally"], Journal);
        Check.Equal((0, 0), (Loop.JobTable.Count, Loop.JobTable.Referenced));

        IEnumerator<Wait> Cancels()
        {
            yield return default;
            a.Cancel(); // b threw in this very pass
            other.Cancel();
        }
    }

    [Case]
    public void An_exception_goes_to_the_waiters_that_are_left()
    {
        Job b = Loop.StartJob(ThrowsLater(), name: "b");
        Job a = Loop.StartJob(WaitsFor(b, "a"), name: "a");
        Job other = Loop.StartJob(WaitsFor(b, "other"), name: "other");
        Loop.StartJob(Cancels());
        RunUntilIdle();
        Check.Equal((JobState.Cancelled, JobState.Faulted), (a.State, other.State));
        Check.Sequence(["other: bad"], _reported, "b's went to it");

        IEnumerator<Wait> Cancels()
        {
            yield return default;
            a.Cancel();
        }
    }

    [Case]
    public void An_exception_at_the_end_of_the_loop_is_reported_though_a_job_waits_for_it()
    {
        Job b = Loop.StartJob(FailsInFinally(), name: "b");
        Turns(1);
        Job a = Loop.StartJob(WaitsFor(b, "a"));
        b.Unref();
        Turns(2);
        Loop.StartJob(Lasting("last")); // the youngest ends first; b before a when something in between cancels it
        Loop.CallSoon(() => Loop.StartJob(CancelsInFinally(b)));
        Turns(2);
        Loop.Dispose();
        Check.Equal((JobState.Faulted, JobState.Cancelled), (b.State, a.State));
        Check.Sequence(["b: in finally"], _reported);

        static IEnumerator<Wait> FailsInFinally()
        {
            try
            {
                yield return TimeSpan.FromDays(1);
            }
            finally
            {
                Throw("in finally");
            }
        }

        static IEnumerator<Wait> CancelsInFinally(Job job)
        {
            try
            {
                yield return TimeSpan.FromDays(1);
            }
            finally
            {
                job.Cancel();
            }
        }
    }

    [Case]
    public void Children_whose_finally_cancels_all_of_them_end_with_their_parent()
    {
        Job parent = Loop.StartJob(Parent());
        Turns(3);
        Check.Equal(3, parent.Children.Count);
        Check.True(parent.Cancel());
        Check.Sequence(["second finally", "first finally", "third finally", "parent finally"], Journal);
        Check.Equal(JobState.Cancelled, parent.State);
        Check.Equal(0, Loop.Jobs.Count);
        Loop.Dispose();
        Check.Equal(0, _reported.Count);

        IEnumerator<Wait> Parent()
        {
            var children = new List<Job>();
            foreach (string name in (string[])["first", "second", "third"])
            {
                children.Add(Loop.StartJob(Child(name, children)));
            }

            yield return Wait.Routine(Lasting("parent"));
        }

        IEnumerator<Wait> Child(string name, List<Job> siblings)
        {
            try
            {
                yield return TimeSpan.FromDays(1);
            }
            finally
            {
                siblings.ForEach(static job => job.Cancel());
                Journal.Add($"{name} finally");
            }
        }
    }

    [Case]
    public void Disposing_the_loop_in_a_finally_ends_the_other_jobs()
    {
        MainLoop loop = Build(new LoopOptions { Clock = new VirtualClock() });
        loop.StartJob(Lasting("other"));
        Job job = loop.StartJob(Disposes());
        loop.Tick();
        job.Cancel();
        Check.Sequence(["other finally"], Journal);
        Check.Equal(JobState.Cancelled, job.State);
        Check.True(loop.IsDisposed);

        IEnumerator<Wait> Disposes()
        {
            try
            {
                yield return TimeSpan.FromDays(1);
            }
            finally
            {
                loop.Dispose();
            }
        }
    }

    [Case]
    public void A_job_that_its_own_condition_cancels_ends_in_that_turn_and_makes_no_step()
    {
        foreach (bool isReleased in (bool[])[false, true])
        {
            Journal.Clear();
            Job? job = null;
            int asked = 0;
            job = Loop.StartJob(Routine());
            Turns(4);
            Check.Equal(JobState.Cancelled, job.State);
            Check.Equal(1, asked);
            Check.Equal(1L, job.Stats.Steps);
            Check.False(job.Cancel());
            Check.Sequence(["finally"], Journal);
            Check.Equal(0, Loop.Jobs.Count);

            IEnumerator<Wait> Routine()
            {
                try
                {
                    yield return Wait.Until(() =>
                    {
                        asked++;
                        job!.Cancel();
                        return isReleased;
                    });
                    Journal.Add("never");
                }
                finally
                {
                    Journal.Add("finally");
                }
            }
        }
    }

    [Case]
    public void A_routine_that_lets_a_cancellation_out_is_cancelled_and_nothing_is_reported()
    {
        Job thrown = Loop.StartJob(Throws());
        Job late = Loop.StartJob(ThrowsInFinally());
        Job task = Loop.StartJob(WaitsForTask());
        Job waits = Loop.StartJob(WaitsFor(thrown, "waits"));
        Turns(3);
        late.Cancel();
        RunUntilIdle();
        Check.Sequence(Enumerable.Repeat(JobState.Cancelled, 4), new[] { thrown, late, task, waits }.Select(static job => job.State));
        Check.True(thrown.Exception is null && thrown.Completion.IsCanceled);
        Check.Equal(0, _reported.Count);

        static IEnumerator<Wait> Throws()
        {
            yield return default;
            new CancellationToken(true).ThrowIfCancellationRequested();
        }

        static IEnumerator<Wait> ThrowsInFinally()
        {
            try
            {
                yield return TimeSpan.FromDays(1);
            }
            finally
            {
                new CancellationToken(true).ThrowIfCancellationRequested();
            }
        }

        IEnumerator<Wait> WaitsForTask()
        {
            yield return Loop.RunInExecutor(static () => { }, new CancellationToken(true)); // is over at once
            Journal.Add("never");
        }
    }

    [Case]
    public void A_job_that_was_cancelled_leaves_nothing_at_the_task_that_it_waited_for()
    {
        var task = new TaskCompletionSource();
        List<WeakReference> jobs = StartAndCancel(task.Task);
        Turns(2);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        Check.Equal(0, jobs.Count(static job => job.IsAlive));
        GC.KeepAlive(task);

        [MethodImpl(MethodImplOptions.NoInlining)]
        List<WeakReference> StartAndCancel(Task task)
        {
            var jobs = new List<Job>();
            for (int i = 0; i < 100; i++)
            {
                jobs.Add(Loop.StartJob(WaitsForTask(task)));
            }

            Turns(1);
            jobs.ForEach(static job => job.Cancel());
            jobs.Add(Loop.StartJob(WaitsForTask(task))); // what is left over on a stack or in an array is this one's
            return [.. jobs.Take(100).Select(static job => new WeakReference(job))];
        }

        static IEnumerator<Wait> WaitsForTask(Task task)
        {
            yield return task;
        }
    }

    [Case]
    public void A_child_that_cancels_its_parent_ends_after_it()
    {
        Loop.StartJob(Parent());
        RunUntilIdle();
        Check.Sequence(["parent finally", "rest of the step", "child finally"], Journal);

        IEnumerator<Wait> Parent()
        {
            Loop.StartJob(Child());
            yield return Wait.Routine(Lasting("parent"));
        }

        IEnumerator<Wait> Child()
        {
            Job parent = Loop.Jobs[0];
            try
            {
                yield return default;
                parent.Cancel();
                Journal.Add("rest of the step");
                yield return default;
                Journal.Add("never");
            }
            finally
            {
                Journal.Add("child finally");
            }
        }
    }

    private static void Throw(string message) => throw new InvalidDataException(message);

    private static IEnumerator<Wait> ThrowsLater()
    {
        yield return default;
        Throw("bad");
    }

    private IEnumerator<Wait> Lasting(string name)
    {
        try
        {
            yield return TimeSpan.FromDays(1);
        }
        finally
        {
            Journal.Add($"{name} finally");
        }
    }

    private IEnumerator<Wait> WaitsFor(Job job, string name)
    {
        try
        {
            yield return Wait.Job(job);
        }
        finally
        {
            Journal.Add($"{name} finally");
        }
    }

    private void Turns(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Loop.Tick();
        }
    }
}
