namespace Mainspring.Contracts;

/// <summary>The loop's <see cref="SynchronizationContext"/>: what <c>await</c> goes back to.</summary>
public sealed class SynchronizationContextCases
{
    [Case]
    public void Await_InACallback_ResumesOnTheLoop()
    {
        using var loop = Loops.New();
        int thread = Environment.CurrentManagedThreadId;
        var seen = new List<int>();
        loop.CallSoon(() => _ = Body());
        loop.Run(new RunOptions { For = Patience.Long });
        Check.Sequence([thread, thread, thread], seen);

        async Task Body()
        {
            await Task.Yield();
            seen.Add(Environment.CurrentManagedThreadId);
            await Task.Run(static () => { });
            seen.Add(Environment.CurrentManagedThreadId);
            await Task.Delay(1);
            seen.Add(Environment.CurrentManagedThreadId);
            loop.Stop();
        }
    }

    [Case]
    public void CallersContext_IsRestored()
    {
        using var loop = Loops.New();
        var own = new SynchronizationContext();
        SynchronizationContext.SetSynchronizationContext(own);
        SynchronizationContext? inside = null;
        MainLoop? current = null;
        loop.CallSoon(() =>
        {
            inside = SynchronizationContext.Current;
            current = MainLoop.Current;
            SynchronizationContext.SetSynchronizationContext(null); // a callback that forgets to put it back
        });
        loop.Tick();
        Check.True(ReferenceEquals(loop.SynchronizationContext, inside));
        Check.True(ReferenceEquals(loop, current));
        Check.True(ReferenceEquals(own, SynchronizationContext.Current));
        Check.True(MainLoop.Current is null);

        loop.CallSoon(loop.Stop);
        loop.Run();
        Check.True(ReferenceEquals(own, SynchronizationContext.Current));
        loop.Dispose();
        Check.True(ReferenceEquals(own, SynchronizationContext.Current));
    }

    [Case]
    public void CallersContext_IsRestored_WhenRunThrows()
    {
        using var loop = Loops.New(static options => options with { ErrorPolicy = ErrorPolicy.Stop });
        loop.CallSoon(static () => throw new InvalidOperationException("it"));
        Check.Throws<InvalidOperationException>(loop.Run);
        Check.True(SynchronizationContext.Current is null);
        Check.True(MainLoop.Current is null);
        Check.False(loop.IsRunning);
    }

    [Case]
    public void LoopWithinACallbackOfAnother_HasItsOwnContext()
    {
        using var outer = Loops.New();
        using var inner = Loops.New();
        SynchronizationContext? during = null, after = null;
        outer.CallSoon(() =>
        {
            inner.CallSoon(() => during = SynchronizationContext.Current);
            inner.Tick();
            after = SynchronizationContext.Current;
        });
        outer.Tick();
        Check.True(ReferenceEquals(inner.SynchronizationContext, during));
        Check.True(ReferenceEquals(outer.SynchronizationContext, after));
    }

    [Case]
    public void Post_AfterDispose_GoesToTheThreadPoolAndIsCounted()
    {
        MainLoop loop = Loops.New();
        loop.Dispose();
        using var ran = new ManualResetEventSlim();
        loop.SynchronizationContext.Post(_ => ran.Set(), null);
        ran.Wait("a callback that was posted after Dispose");
        Check.Equal(1L, loop.Counters.ContinuationsAfterDispose);
    }

    [Case]
    public void TaskThatCompletesAfterDispose_DoesNotKillTheProcess()
    {
        MainLoop loop = Loops.New();
        var pending = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var resumed = new ManualResetEventSlim();
        bool onPool = false;
        loop.CallSoon(() => _ = Body());
        loop.Tick();
        loop.Dispose();
        Worker.Run(pending.SetResult);
        resumed.Wait("the continuation of a task that completed after Dispose");
        Check.True(onPool);
        Check.Equal(1L, loop.Counters.ContinuationsAfterDispose);

        async Task Body()
        {
            await pending.Task;
            onPool = Thread.CurrentThread.IsThreadPoolThread;
            resumed.Set();
        }
    }

    [Case]
    public void ContinuationsRacingWithDispose_AllRun()
    {
        for (int round = 0; round < 300; round++)
        {
            MainLoop loop = Loops.New();
            var pending = new TaskCompletionSource();
            const int Count = 20;
            using var all = new CountdownEvent(Count);
            loop.CallSoon(() =>
            {
                for (int i = 0; i < Count; i++)
                {
                    _ = Body();
                }
            });
            loop.Tick();
            Worker other = Worker.Start(pending.SetResult);
            Thread.SpinWait(round * 10);
            loop.Dispose();
            other.Join();
            Check.True(all.Wait(Patience.Long), "each continuation has run, on the loop or on the pool");

            async Task Body()
            {
                await pending.Task;
                all.Signal();
            }
        }
    }

    [Case]
    public void Send_RunsOnTheLoopAndWaits()
    {
        using var loop = Loops.New();
        int thread = Environment.CurrentManagedThreadId, seen = 0;
        Worker other = Worker.Start(() =>
        {
            object state = new();
            loop.SynchronizationContext.Send(given =>
            {
                Check.True(ReferenceEquals(state, given));
                seen = Environment.CurrentManagedThreadId;
            }, state);
            Check.Equal(thread, seen);
            InvalidOperationException thrown = Check.Throws<InvalidOperationException>(
                () => loop.SynchronizationContext.Send(static _ => throw new InvalidOperationException("it"), null));
            Check.Equal("it", thrown.Message);
            loop.Stop();
        });
        loop.Run(new RunOptions { For = Patience.Long });
        other.Join();
        Check.Equal(0L, loop.Counters.Errors, "the exception is the caller's");
    }

    [Case]
    public void Send_OnTheLoop_RunsAtOnce()
    {
        using var loop = Loops.New();
        var ran = new List<int>();
        loop.CallSoon(() =>
        {
            loop.SynchronizationContext.Send(_ => ran.Add(1), null);
            ran.Add(2);
        });
        loop.Tick();
        Check.Sequence([1, 2], ran);
    }

    [Case]
    public void Send_AfterDispose_Throws()
    {
        MainLoop loop = Loops.New();
        loop.Dispose();
        Check.Throws<ObjectDisposedException>(() => loop.SynchronizationContext.Send(static _ => { }, null));
    }

    [Case]
    public void Completion_OnAnotherThread_ResumesOnTheLoopOnly()
    {
        using var loop = Loops.New();
        var source = new TaskCompletionSource(); // continuations may run inline: the loop's context must not let them
        int thread = Environment.CurrentManagedThreadId, resumedOn = 0;
        loop.CallSoon(() => _ = Body());
        loop.Tick();
        Worker.Run(source.SetResult);
        Check.Equal(0, resumedOn, "not inside SetResult");
        loop.Tick();
        Check.Equal(thread, resumedOn);

        async Task Body()
        {
            await source.Task;
            resumedOn = Environment.CurrentManagedThreadId;
        }
    }

    [Case]
    public void Completion_InACallback_OfAnAsynchronousSource_DoesNotRunInline()
    {
        using var loop = Loops.New();
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var trace = new List<string>();
        loop.CallSoon(() => _ = Body());
        loop.CallSoon(() =>
        {
            source.SetResult();
            trace.Add("completed");
        });
        loop.Tick();
        Check.Sequence(["completed", "resumed"], trace);

        async Task Body()
        {
            await source.Task;
            trace.Add("resumed");
        }
    }

    [Case]
    public void Completions_InAChain_DoNotOverflowTheStack()
    {
        const int Length = 100_000;
        using var loop = Loops.New();
        var sources = new TaskCompletionSource[Length];
        int resumed = 0;
        loop.CallSoon(() =>
        {
            for (int i = 0; i < Length; i++)
            {
                sources[i] = new TaskCompletionSource();
                _ = Body(i);
            }

            sources[0].SetResult();
        });
        loop.Run(new RunOptions { UntilIdle = true });
        Check.Equal(Length, resumed);

        async Task Body(int number)
        {
            await sources[number].Task;
            resumed++;
            if (number + 1 < Length)
            {
                sources[number + 1].SetResult();
            }
        }
    }

    [Case]
    public void ContinuationThatThrows_IsReported()
    {
        using var loop = Loops.New();
        var reported = new List<string>();
        loop.UnhandledException += context =>
        {
            reported.Add(context.Exception.Message);
            context.Handled = true;
        };
        loop.CallSoon(async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("from async void");
        });
        Pump.Ticks(loop, 3);
        Check.Sequence(["from async void"], reported);
    }

    [Case]
    public void Copies_AreTheSameContext()
    {
        using var loop = Loops.New();
        using var other = Loops.New();
        Check.True(loop.SynchronizationContext.CreateCopy().Equals(loop.SynchronizationContext));
        Check.False(loop.SynchronizationContext.Equals(other.SynchronizationContext));
    }
}
