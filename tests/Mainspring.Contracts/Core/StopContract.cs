namespace Mainspring.Contracts.Core;

/// <summary>How running begins and ends.</summary>
public sealed class StopContract : VirtualLoopSuite
{
    [Case]
    public void Stop_before_Run_gives_one_tick_without_blocking()
    {
        Loop.CallSoon(() =>
        {
            Journal.Add("ran");
            Loop.CallSoon(Note("stays"));
        });
        Loop.CallLater(TimeSpan.Zero, Note("due timer"));
        Loop.CallLater(Ms(1), Note("would have to be waited for"));
        Loop.Stop();
        Loop.Run();
        Check.Sequence(["ran", "due timer"], Journal);
        Check.Equal(TimeSpan.Zero, Clock.Now);
        Check.Equal(1L, Loop.Counters.Ticks);
        RunUntilIdle();
        Check.Sequence(["ran", "due timer", "stays", "would have to be waited for"], Journal, "what stayed runs in the next Run");
    }

    [Case]
    public void Stop_before_Run_does_not_block_on_a_real_clock_either()
    {
        MainLoop loop = Build(new LoopOptions { Clock = new MonotonicClock() });
        loop.Stop();
        loop.Run(); // would block for ever: nothing is scheduled
        Check.Equal(1L, loop.Counters.Ticks);
    }

    [Case]
    public void A_Run_for_no_time_gives_one_tick()
    {
        Loop.CallSoon(Note("ran"));
        Loop.Run(new RunOptions { For = TimeSpan.Zero });
        Check.Sequence(["ran"], Journal);
        Check.Equal(1L, Loop.Counters.Ticks);
    }

    [Case]
    public void Stop_within_finishes_the_present_round_and_what_it_queued_stays_for_the_next_Run()
    {
        Loop.CallSoon(() =>
        {
            Journal.Add("first");
            Loop.Stop();
            Loop.CallSoon(Note("queued"));
        });
        Loop.CallSoon(Note("second"));
        OnAnotherThread(() => Loop.Post(Note("post")));
        Loop.CallSoon(Note("low"), Priority.Low);
        Loop.Run();
        Check.Sequence(["first", "second", "post"], Journal);
        RunUntilIdle();
        Check.Sequence(["first", "second", "post", "queued", "low"], Journal);
    }

    [Case]
    public void Stop_within_a_round_leaves_the_frame_and_background_work_to_the_next_Run()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => Journal.Add("frame"));
        loop.CallInBackground(_ =>
        {
            Journal.Add("background");
            return false;
        });
        loop.CallSoon(loop.Stop);
        loop.Run();
        Check.Equal(0, Journal.Count);
        RunFor(Ms(5));
        Check.Sequence(["frame", "background"], Journal);
    }

    [Case]
    public void Stop_within_a_frame_finishes_the_frame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, _ => loop.Stop());
        loop.OnFrame(FramePhase.Update, _ => Journal.Add("update"));
        loop.OnFrame(FramePhase.Present, _ => Journal.Add("present"));
        loop.Run();
        Check.Sequence(["update", "present"], Journal);
    }

    [Case]
    public void Stop_is_used_up_by_the_Run_that_it_ends()
    {
        Loop.CallSoon(Loop.Stop);
        Loop.Run();
        Loop.CallLater(Ms(1), Note("ran"));
        RunUntilIdle();
        Check.Sequence(["ran"], Journal);
    }

    [Case]
    public void Stop_within_Tick_is_told_to_the_host()
    {
        Loop.CallSoon(Loop.Stop);
        Check.Equal(TickOutcome.Stopped, Loop.Tick().Outcome);
        Check.Equal(TickOutcome.WaitForDescriptor, Loop.Tick().Outcome);
    }

    [Case]
    public void UntilIdle_returns_at_once_when_nothing_keeps_the_loop_alive()
    {
        RunUntilIdle();
        Check.Equal(0L, Loop.Counters.Ticks);
    }

    [Case]
    public void UntilIdle_ends_when_the_last_of_each_kind_is_over()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        int frames = 0, steps = 0;
        FrameHandle frame = null!;
        frame = loop.OnFrame(FramePhase.Update, _ =>
        {
            if (++frames == 3)
            {
                frame.Cancel();
            }
        });
        loop.CallLater(Ms(50), Note("timer"));
        loop.CallSoon(Note("callback"), Priority.Idle);
        loop.Post(Note("post"));
        loop.CallInBackground(_ => ++steps < 10);
        RunUntilIdle();
        Check.Equal(3, Journal.Count);
        Check.Equal((3, 10), (frames, steps));
        Check.Equal(Ms(50), Clock.Now);
    }

    [Case]
    public void An_unreferenced_timer_does_not_keep_the_loop_alive()
    {
        TimerHandle timer = Loop.CallEvery(Ms(10), Note("unreferenced"));
        timer.Unref();
        timer.Unref(); // once is enough, twice does no harm
        Loop.CallLater(Ms(25), Note("referenced"));
        RunUntilIdle();
        Check.Sequence(["unreferenced", "unreferenced", "referenced"], Journal, "it runs while something else keeps the loop alive");
        Check.True(timer.IsPending);
        timer.Ref();
        RunFor(Ms(10));
        Check.Equal(4, Journal.Count);
        timer.Unref();
        RunUntilIdle();
        timer.Cancel();
        Loop.CallLater(Ms(1), Note("kept")); // a cancelled unreferenced timer leaves no trace in the count
        RunUntilIdle();
        Check.Equal("kept", Journal[^1]);
    }

    [Case]
    public void An_unreferenced_source_does_not_keep_the_loop_alive()
    {
        SourceHandle source = Loop.Add(new SilentSource());
        Check.Throws<TimeoutException>(() => RunAtMost(20), "a source keeps the loop alive");
        source.Unref();
        RunUntilIdle();
        source.Ref();
        Check.Throws<TimeoutException>(() => RunAtMost(20));
        source.Remove();
        RunUntilIdle();

        void RunAtMost(int ticks)
        {
            int count = 0;
            TimerHandle watch = Loop.CallEvery(Ms(1), () =>
            {
                if (++count == ticks)
                {
                    Loop.Stop();
                }
            });
            watch.Unref();
            RunUntilIdle();
            watch.Cancel();
            if (count == ticks)
            {
                throw new TimeoutException();
            }
        }
    }

    [Case]
    public void For_ends_after_that_time_and_runs_what_is_due_at_its_end()
    {
        Loop.CallLater(Ms(10), Note("10"));
        Loop.CallLater(Ms(11), Note("11"));
        RunFor(Ms(10));
        Check.Sequence(["10"], Journal);
        Check.Equal(Ms(10), Clock.Now);
        RunFor(TimeSpan.FromHours(1));
        Check.Equal(Ms(10) + TimeSpan.FromHours(1), Clock.Now);
    }

    [Case]
    public void Running_inside_itself_throws_and_says_what_to_do()
    {
        Loop.CallSoon(() =>
        {
            foreach (Action run in (Action[])[Loop.Run, () => Loop.Tick(), RunUntilIdle, () => Loop.RunUntilComplete(Task.Delay(1, CancellationToken.None))])
            {
                InvalidOperationException exception = Check.Throws<InvalidOperationException>(run);
                Check.Contains("inside loop 'main'", exception.Message);
                Check.Contains("Stop", exception.Message);
            }

            Journal.Add("survived");
        });
        RunUntilIdle();
        Check.Sequence(["survived"], Journal);
    }

    [Case]
    public void IsRunning_is_true_in_callbacks_only()
    {
        Check.False(Loop.IsRunning);
        Loop.CallSoon(() => Journal.Add($"{Loop.IsRunning}"));
        RunUntilIdle();
        Check.False(Loop.IsRunning);
        Loop.CallSoon(() => Journal.Add($"{Loop.IsRunning}"));
        Loop.Tick();
        Check.False(Loop.IsRunning);
        Check.Sequence(["True", "True"], Journal);
    }

    [Case]
    public void Running_on_two_threads_throws_and_names_both()
    {
        int here = Environment.CurrentManagedThreadId;
        Loop.CallSoon(() => OnAnotherThread(() =>
        {
            foreach (Action run in (Action[])[Loop.Run, () => Loop.Tick(), Loop.Dispose])
            {
                InvalidOperationException exception = Check.Throws<InvalidOperationException>(run);
                Check.Contains($"on thread {Environment.CurrentManagedThreadId}", exception.Message);
                Check.Contains($"running on thread {here}", exception.Message);
            }

            Journal.Add("refused");
        }));
        RunUntilIdle();
        Check.Sequence(["refused"], Journal);
        OnAnotherThread(() => Loop.Tick()); // it is free again, and belongs to nobody
    }

    [Case]
    public void A_loop_that_is_bound_runs_on_its_thread_only()
    {
        Loop.BindToCurrentThread();
        Loop.BindToCurrentThread();
        int here = Environment.CurrentManagedThreadId;
        OnAnotherThread(() =>
        {
            Check.Contains($"bound to thread {here}", Check.Throws<InvalidOperationException>(() => Loop.Tick()).Message);
            Check.Contains($"belongs to thread {here}", Check.Throws<InvalidOperationException>(Loop.BindToCurrentThread).Message);
        });
        Loop.Tick();
    }

    [Case]
    public void Two_loops_can_run_one_inside_the_other_and_Current_says_which()
    {
        MainLoop inner = Build(new LoopOptions { Name = "inner", Clock = new VirtualClock() });
        MainLoop outer = Build(new LoopOptions { Name = "outer" });
        inner.CallSoon(() => Journal.Add(MainLoop.Current!.Name));
        outer.CallSoon(() =>
        {
            SynchronizationContext? before = SynchronizationContext.Current;
            inner.Run(new RunOptions { UntilIdle = true });
            Check.True(ReferenceEquals(before, SynchronizationContext.Current));
            Journal.Add(MainLoop.Current!.Name);
        });
        outer.Run(new RunOptions { UntilIdle = true });
        Check.Sequence(["inner", "outer"], Journal);
        Check.True(MainLoop.Current is null);
    }

    [Case]
    public void Dispose_while_running_throws_and_the_loop_goes_on()
    {
        Loop.CallSoon(() => Check.Contains("use Stop", Check.Throws<InvalidOperationException>(Loop.Dispose).Message));
        Loop.CallSoon(Note("next"));
        RunUntilIdle();
        Check.Sequence(["next"], Journal);
        Check.Equal(0L, Loop.Counters.Errors);
        Check.False(Loop.IsDisposed);
    }

    [Case]
    public void Dispose_drops_callbacks_timers_frames_and_background_work()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        foreach (Priority priority in Enum.GetValues<Priority>())
        {
            loop.CallSoon(Note("never"), priority);
        }

        TimerHandle timer = loop.CallLater(TimeSpan.Zero, Note("never"));
        FrameHandle frame = loop.OnFrame(FramePhase.Update, _ => Journal.Add("never"));
        BackgroundHandle background = loop.CallInBackground(_ =>
        {
            Journal.Add("never");
            return true;
        });
        loop.Dispose();
        loop.Dispose();
        Check.Equal(0, Journal.Count);
        Check.False(timer.IsPending || frame.IsActive || background.IsPending);
        Check.True(loop.IsDisposed);
        Check.Equal(new LoopCounters(), loop.Counters);
    }

    [Case]
    public void After_Dispose_every_call_throws()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.Dispose();
        Action nothing = static () => { };
        Action[] calls =
        [
            () => loop.CallSoon(nothing),
            () => loop.CallSoon(nothing, Priority.Urgent),
            () => loop.CallSoon(static _ => { }, "state"),
            () => loop.CallSoon(static _ => { }, (string?)null),
            () => loop.CallSoon(static _ => { }, "state", Priority.Idle),
            () => loop.CallSoon(nothing, ExecutionContext.Capture()!),
            () => loop.CallLater(TimeSpan.Zero, nothing),
            () => loop.CallLater(1.0, nothing),
            () => loop.CallLater(TimeSpan.Zero, static _ => { }, "state"),
            () => loop.CallAt(TimeSpan.Zero, nothing),
            () => loop.CallAt(TimeSpan.Zero, static _ => { }, "state"),
            () => loop.CallEvery(Ms(1), nothing),
            () => loop.CallEvery(Ms(1), static _ => { }, "state"),
            () => loop.CallInBackground(static _ => true),
            () => loop.OnFrame(FramePhase.Update, static _ => { }),
            () => loop.Add(new SilentSource()),
            () => loop.Post(nothing),
            () => loop.Post(static _ => { }, "state"),
            () => loop.Invoke(nothing),
            () => loop.InvokeAsync(nothing),
            loop.Run,
            () => loop.Run(new RunOptions { UntilIdle = true }),
            () => loop.Run(new RunOptions { For = TimeSpan.Zero }),
            () => loop.RunUntilComplete(Task.CompletedTask),
            () => loop.RunUntilComplete(Task.FromResult(1)),
            () => loop.Tick(),
            () => loop.TickFrame(Ms(1), Ms(1)),
            loop.BindToCurrentThread,
            () => _ = loop.Descriptor,
        ];
        foreach (Action call in calls)
        {
            ObjectDisposedException refusal = Check.Throws<ObjectDisposedException>(call, $"call {Array.IndexOf(calls, call)}");
            Check.Contains($"Loop '{loop.Name}' was disposed", refusal.Message);
        }

        Check.False(loop.TryPost(nothing));
    }

    [Case]
    public void RunUntilComplete_gives_the_result_the_exception_or_says_that_the_loop_was_stopped()
    {
        var source = new TaskCompletionSource<int>();
        Loop.CallLater(Ms(10), () => source.SetResult(7));
        Check.Equal(7, Loop.RunUntilComplete(source.Task));
        Check.Equal(Ms(10), Clock.Now);

        Check.Throws<FormatException>(() => Loop.RunUntilComplete(Task.FromException(new FormatException())));

        Loop.CallSoon(Loop.Stop);
        Check.Contains("stopped", Check.Throws<InvalidOperationException>(() => Loop.RunUntilComplete(new TaskCompletionSource().Task)).Message);
    }

    private sealed class SilentSource : IEventSource
    {
        public string Name => "silent";

        public void Attach(SourceContext context)
        {
        }

        public int Dispatch(PollEvents ready, int maxEvents) => 0;

        public void Detach()
        {
        }
    }
}
