namespace Mainspring.Contracts;

/// <summary>Calls into the loop whose results other threads wait for, and tasks that the loop waits for.</summary>
public sealed class InvokeCases
{
    [Case]
    public void Invoke_GivesResultsAndExceptions()
    {
        using var loop = Loops.New();
        int thread = Environment.CurrentManagedThreadId, count = 0;
        Worker other = Worker.Start(() =>
        {
            Check.Equal(thread, loop.Invoke(static () => Environment.CurrentManagedThreadId));
            loop.Invoke(() => { count++; });
            Check.Equal(1, count);
            Check.Equal("it", Check.Throws<InvalidOperationException>(() => loop.Invoke(() => Fail())).Message);
            Check.Equal("it", Check.Throws<InvalidOperationException>(() => loop.Invoke<int>(Fail)).Message);
            loop.Stop();
        });
        loop.Run(new RunOptions { For = Patience.Long });
        other.Join();
        Check.Equal(0L, loop.Counters.Errors, "an exception goes to who invoked, not to the loop's handler too");

        static int Fail() => throw new InvalidOperationException("it");
    }

    [Case]
    public void Invoke_OnItsOwnThread_ExplainsItself()
    {
        using var loop = Loops.New();
        InvalidOperationException? thrown = null;
        loop.CallSoon(() => thrown = Check.Throws<InvalidOperationException>(() => loop.Invoke(static () => 1)));
        loop.Tick();
        Check.Contains("InvokeAsync", thrown?.Message);
        Check.Contains("own thread", thrown?.Message);
    }

    [Case]
    public void Invoke_OnItsOwnThread_WhileAnotherLoopRunsThere_ExplainsItself()
    {
        using var outer = Loops.New();
        using var inner = Loops.New();
        bool threw = false;
        outer.CallSoon(() =>
        {
            inner.CallSoon(() =>
            {
                Check.Throws<InvalidOperationException>(() => outer.Invoke(static () => 1)); // waiting would be for ever
                threw = true;
            });
            inner.Tick();
        });
        outer.Tick();
        Check.True(threw);
    }

    [Case]
    public void Invoke_OnTheThreadThatOwnsAnIdleLoop_ExplainsItself()
    {
        using var loop = Loops.New();
        loop.BindToCurrentThread();
        Check.Throws<InvalidOperationException>(() => loop.Invoke(static () => 1));
    }

    [Case]
    public void InvokeAsync_OnItsOwnThread_RunsInANextRound()
    {
        using var loop = Loops.New();
        var ran = new List<int>();
        loop.CallSoon(() =>
        {
            Task<int> task = loop.InvokeAsync(() =>
            {
                ran.Add(2);
                return 7;
            });
            ran.Add(1);
            _ = Body(task);
        });
        loop.Tick();
        Check.Sequence([1, 2, 7], ran);

        async Task Body(Task<int> task) => ran.Add(await task);
    }

    [Case]
    public void InvokeAsync_NeverResumesInsideTheFunctionsCall()
    {
        using var loop = Loops.New();
        using var resumed = new ManualResetEventSlim();
        int resumedOn = 0;
        _ = Body();
        loop.Tick();
        resumed.Wait("the caller's continuation");
        Check.True(resumedOn != Environment.CurrentManagedThreadId, "it belongs to no loop, and the loop's thread is not lent to it");

        async Task Body()
        {
            await loop.InvokeAsync(static () => { });
            resumedOn = Environment.CurrentManagedThreadId;
            resumed.Set();
        }
    }

    [Case]
    public void InvokeAsync_CancelledBeforeItsTurn_DoesNotRun()
    {
        using var loop = Loops.New();
        using var cancellation = new CancellationTokenSource();
        int ran = 0;
        Task task = loop.InvokeAsync(() => { ran++; }, cancellation.Token);
        Task<int> withResult = loop.InvokeAsync(() => ran++, cancellation.Token);
        cancellation.Cancel();
        loop.Tick();
        Check.True(task.IsCanceled);
        Check.True(withResult.IsCanceled);
        Check.Equal(0, ran);
    }

    [Case]
    public void InvokeAsync_Cancelled_IsCancelledAtOnce_AlsoWhenTheLoopDoesNotRun()
    {
        using MainLoop loop = Loops.New();
        using var cancellation = new CancellationTokenSource();
        int ran = 0;
        Task task = loop.InvokeAsync(() => { ran++; }, cancellation.Token);
        Check.False(task.IsCompleted);
        Worker.Run(cancellation.Cancel);
        Check.True(task.IsCanceled, "nobody waits for the loop's next turn");
        loop.Tick();
        Check.Equal(0, ran);
    }

    [Case]
    public void InvokeAsync_CancelledAfterwards_KeepsItsResult()
    {
        using var loop = Loops.New();
        using var cancellation = new CancellationTokenSource();
        Task<int> task = loop.InvokeAsync(() =>
        {
            cancellation.Cancel();
            return 3;
        }, cancellation.Token);
        loop.Tick();
        Check.Equal(3, task.Result);
    }

    [Case]
    public void InvokeAsync_WhoseFunctionIsCancelled_IsCancelled()
    {
        using var loop = Loops.New();
        Task task = loop.InvokeAsync(static () => throw new OperationCanceledException());
        loop.Tick();
        Check.True(task.IsCanceled);
    }

    [Case]
    public void RunUntilComplete_GivesResultsAndExceptions()
    {
        using var loop = Loops.New();
        Check.Equal(5, loop.RunUntilComplete(Task.FromResult(5)));
        Check.Equal(6, loop.RunUntilComplete(Task.Run(static async () =>
        {
            await Task.Delay(2);
            return 6;
        })));
        Check.Equal("it", Check.Throws<InvalidOperationException>(
            () => loop.RunUntilComplete(Task.FromException(new InvalidOperationException("it")))).Message);
        Check.Throws<TaskCanceledException>(() => loop.RunUntilComplete(Task.FromCanceled(new CancellationToken(true))));
    }

    [Case]
    public void RunUntilComplete_OfATaskOfTheLoopItself()
    {
        using var loop = Loops.New();
        var source = new TaskCompletionSource<int>();
        loop.CallLater(TimeSpan.FromMilliseconds(2), () => source.SetResult(7));
        Check.Equal(7, loop.RunUntilComplete(source.Task));
    }

    [Case]
    public void RunUntilComplete_StoppedEarly_SaysSo()
    {
        using var loop = Loops.New();
        loop.CallSoon(loop.Stop);
        InvalidOperationException thrown = Check.Throws<InvalidOperationException>(() => loop.RunUntilComplete(new TaskCompletionSource().Task));
        Check.Contains("stopped", thrown.Message);
        int ran = 0;
        loop.CallSoon(() => ran++);
        loop.Tick();
        Check.Equal(1, ran, "the loop can go on");
    }

    [Case]
    public void RunUntilComplete_InsideTheLoop_Throws()
    {
        using var loop = Loops.New();
        int threw = 0;
        loop.CallSoon(() =>
        {
            Check.Throws<InvalidOperationException>(() => loop.RunUntilComplete(Task.CompletedTask));
            threw++;
        });
        loop.Tick();
        Check.Equal(1, threw);
    }

    [Case]
    public void RunUntilComplete_OfTasksOfOtherThreads_LosesNoWakeUp()
    {
        using var loop = Loops.New();
        using var go = new SemaphoreSlim(0);
        const int Turns = 20_000;
        TaskCompletionSource<int>? current = null;
        Worker other = Worker.Start(() =>
        {
            for (int i = 0; i < Turns; i++)
            {
                go.Wait();
                Thread.SpinWait(i % 300);
                Volatile.Read(ref current)!.SetResult(i);
            }
        });
        for (int i = 0; i < Turns; i++)
        {
            var source = new TaskCompletionSource<int>();
            Volatile.Write(ref current, source);
            go.Release();
            Check.Equal(i, loop.RunUntilComplete(source.Task));
        }

        other.Join();
    }
}
