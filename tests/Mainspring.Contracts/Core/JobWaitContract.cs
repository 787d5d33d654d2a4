namespace Mainspring.Contracts.Core;

/// <summary>What jobs wait for: where a delay begins, and what there is no waiting for.</summary>
public sealed class JobWaitContract : VirtualLoopSuite
{
    [Case]
    public void A_delay_after_another_wait_begins_when_that_has_ended()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        bool go = false;
        var task = new TaskCompletionSource();
        var source = new QueueSource();
        SourceHandle handle = loop.Add(source);
        loop.StartJob(Routine());
        loop.CallLater(Ms(895), () => go = true);
        loop.CallLater(Ms(1_000), task.SetResult); // while it waits for the delay
        loop.CallLater(Ms(2_495), () => source.Add(1));
        loop.CallLater(Ms(3_495), () => Clock.Advance(Ms(25))); // the third delay ends late
        RunFor(TimeSpan.FromSeconds(5));
        Check.Sequence(["1900", "2100", "3530", "3700"], Journal);

        IEnumerator<Wait> Routine()
        {
            yield return Wait.Until(() => go);
            yield return TimeSpan.FromSeconds(1);
            Note();
            yield return task.Task;           // over already: no wait, but not a delay either
            yield return Ms(200);
            Note();
            yield return Wait.Event(handle);
            yield return TimeSpan.FromSeconds(1);
            Note();
            yield return Wait.Routine(Within()); // goes on from the delay before
        }

        IEnumerator<Wait> Within()
        {
            yield return Ms(200);
            Note();
        }

        void Note() => Journal.Add($"{loop.Now.TotalMilliseconds}");
    }

    [Case]
    public void A_delay_after_frames_is_as_long_as_it_says()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 60 });
        loop.StartJob(Routine(Wait.Frames(30)));
        loop.StartJob(Routine(Wait.NextFrame));
        loop.Run(new RunOptions { For = TimeSpan.FromSeconds(3) });
        Check.Equal(4, Journal.Count);
        Check.True(Journal.All(static took => took == "600"), string.Join(' ', Journal));

        IEnumerator<Wait> Routine(Wait frames)
        {
            for (int i = 0; i < 2; i++)
            {
                yield return frames;
                TimeSpan start = loop.Now;
                TimeSpan? end = null;
                loop.CallLater(Ms(600), () => end = loop.Now);
                yield return Ms(600);
                Journal.Add(end is null ? "early" : $"{(end.Value - start).TotalMilliseconds:0}");
            }
        }
    }

    [Case]
    public void The_first_delay_begins_with_the_first_step()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        loop.StartJob(Routine());
        Clock.Advance(Ms(70));
        for (int i = 0; i < 30; i++)
        {
            loop.Tick();
            Clock.Advance(Ms(10));
        }

        Check.Sequence(["70", "170"], Journal);

        IEnumerator<Wait> Routine()
        {
            Journal.Add($"{loop.Now.TotalMilliseconds}");
            yield return Ms(100);
            Journal.Add($"{loop.Now.TotalMilliseconds}");
        }
    }

    [Case]
    public void A_job_of_another_loop_is_refused_and_its_Completion_is_not()
    {
        Loop.UnhandledException += static context => context.Handled = true;
        MainLoop other = Build(new LoopOptions { Clock = new VirtualClock() });
        Job foreign = other.StartJob(Steps());
        Job wrong = Loop.StartJob(WaitsFor(foreign));
        Job right = Loop.StartJob(WaitsFor(foreign.Completion));
        Loop.Tick();
        Check.Equal(JobState.Faulted, wrong.State);
        Check.True(wrong.Exception is InvalidOperationException);
        Check.Contains("Completion", wrong.Exception!.Message);
        other.Run(new RunOptions { UntilIdle = true });
        Loop.RunUntilComplete(right.Completion);
        Check.Sequence(["step", "on"], Journal);

        IEnumerator<Wait> Steps()
        {
            yield return default;
            Journal.Add("step");
        }

        IEnumerator<Wait> WaitsFor(Wait what)
        {
            yield return what;
            Journal.Add("on");
        }
    }

    [Case]
    public void An_event_of_another_loops_source_is_refused()
    {
        Loop.UnhandledException += static context => context.Handled = true;
        MainLoop other = Build(new LoopOptions { Clock = new VirtualClock() });
        SourceHandle handle = other.Add(new QueueSource { Name = "theirs" });
        Job job = Loop.StartJob(Events(handle));
        Loop.Tick();
        Check.Equal(JobState.Faulted, job.State);
        Check.Contains("theirs", job.Exception!.Message);
    }

    [Case]
    public void A_source_that_is_removed_fails_who_waits_and_who_begins_to_wait()
    {
        var source = new QueueSource { Name = "keys" };
        SourceHandle handle = Loop.Add(source);
        Loop.UnhandledException += static context => context.Handled = true;
        Job during = Loop.StartJob(Events(handle));
        Job cancelled = Loop.StartJob(Events(handle));
        Loop.CallLater(Ms(1), () => source.Add(1));
        Loop.CallLater(Ms(2), () =>
        {
            handle.Remove();
            Check.False(during.IsDone, "nothing runs within the call");
            cancelled.Cancel();
        });
        RunUntilIdle();
        Job after = Loop.StartJob(Events(handle));
        RunUntilIdle();
        Check.Sequence(["event", "event"], Journal);
        Check.Equal((JobState.Faulted, JobState.Cancelled, JobState.Faulted), (during.State, cancelled.State, after.State));
        Check.True(during.Exception is InvalidOperationException && after.Exception is InvalidOperationException);
        Check.Contains("keys", during.Exception!.Message);
        Check.Contains("keys", after.Exception!.Message);
    }

    private IEnumerator<Wait> Events(SourceHandle handle)
    {
        while (true)
        {
            yield return Wait.Event(handle);
            Journal.Add("event");
        }
    }
}
