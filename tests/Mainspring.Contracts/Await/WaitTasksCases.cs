using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>Several tasks at a time, with the loop's calls and with the framework's.</summary>
public sealed class WaitTasksCases : VirtualLoopSuite
{
    [Case]
    public void WithTimeout_of_a_function_that_heeds_its_token_throws_when_that_has_ended() => Loop.Run(async Task () =>
    {
        bool isOver = false;
        Check.True(await Catch(() => Loop.WithTimeout(Part, Ms(3))) is TimeoutException);
        Check.True(isOver, "it can be called again");
        Check.Equal(Ms(3), Loop.Now);

        async LoopTask Part(CancellationToken token)
        {
            try
            {
                await Loop.Delay(Ms(9), token);
            }
            finally
            {
                await Loop.Yield();
                isOver = true;
            }
        }
    });

    [Case]
    public void WithTimeout_passes_on_a_token() => Loop.Run(async Task () =>
    {
        using var cancellation = new CancellationTokenSource();
        Loop.CallLater(Ms(2), cancellation.Cancel);
        Check.True(await Catch(() => Loop.WithTimeout(async LoopTask (token) => await Loop.Delay(Ms(9), token), Ms(5), cancellation.Token)) is OperationCanceledException);
        Check.Equal(Ms(2), Loop.Now);
    });

    [Case]
    public void AllCompleted_waits_for_all_and_throws_nothing() => Loop.Run(async Task () =>
    {
        Task bad = Fails(2), cancelled = Task.FromCanceled(new CancellationToken(true)), last = After(9);
        TaskSets sets = await Loop.WaitTasks([last, bad, cancelled, bad]);
        Check.Sequence([last, bad, cancelled], sets.Done);
        Check.Equal(0, sets.Pending.Count);
        Check.Equal(Ms(9), Loop.Now);
        Check.Equal("bad", bad.Exception?.InnerException?.Message);
    });

    [Case]
    public void FirstCompleted_leaves_the_others_going_on() => Loop.Run(async Task () =>
    {
        Task<int> slow = After(9), fast = After(3);
        TaskSets sets = await Loop.WaitTasks([slow, fast], ReturnWhen.FirstCompleted);
        Check.Sequence([fast], sets.Done);
        Check.Sequence([slow], sets.Pending);
        Check.Equal(Ms(3), Loop.Now);
        Check.Equal(9, await slow);
        Check.Equal(2, (await Loop.WaitTasks([slow, fast], ReturnWhen.FirstCompleted)).Done.Count, "at once");
    });

    [Case]
    public void FirstException_is_the_first_failure_and_a_cancellation_is_none() => Loop.Run(async Task () =>
    {
        Task cancelled = Task.FromCanceled(new CancellationToken(true)), good = After(1), bad = Fails(5), slow = After(9);
        TaskSets sets = await Loop.WaitTasks([cancelled, good, bad, slow], ReturnWhen.FirstException);
        Check.Sequence([cancelled, good, bad], sets.Done);
        Check.Sequence([slow], sets.Pending);
        Check.Equal(Ms(5), Loop.Now);
        sets = await Loop.WaitTasks([good, slow], ReturnWhen.FirstException);
        Check.Equal(2, sets.Done.Count, "without one: all");
        Check.True(bad.IsFaulted && bad.Exception is not null);
    });

    [Case]
    public void A_time_out_or_a_token_ends_the_wait_and_not_the_tasks() => Loop.Run(async Task () =>
    {
        Task<int> slow = After(9);
        TaskSets sets = await Loop.WaitTasks([slow], timeout: Ms(4));
        Check.Sequence([slow], sets.Pending);
        Check.Equal(Ms(4), Loop.Now);
        using var cancellation = new CancellationTokenSource();
        Loop.CallLater(Ms(1), cancellation.Cancel);
        try
        {
            await Loop.WaitTasks([slow], cancellationToken: cancellation.Token);
            Check.True(false);
        }
        catch (OperationCanceledException exception)
        {
            Check.True(exception.CancellationToken == cancellation.Token);
        }

        Check.Equal(Ms(5), Loop.Now);
        Check.Equal(9, await slow);
        Check.Throws<ArgumentException>(() => Loop.WaitTasks([]));
    });

    /// <summary>gather: the results in the order of the tasks; the first failure, or all of them.</summary>
    [Case]
    public void No_task_a_null_and_a_wrong_condition_are_refused_and_an_infinite_time_is_none() => Loop.Run(async Task () =>
    {
        Check.Throws<ArgumentException>(() => Loop.WaitTasks([]));
        Check.Contains("null", Check.Throws<ArgumentException>(() => Loop.WaitTasks([null!])).Message);
        Check.Throws<ArgumentOutOfRangeException>(() => Loop.WaitTasks([Task.CompletedTask], (ReturnWhen)3));
        Task task = Loop.StartTask(async token => await Loop.Delay(Ms(5), token)).Completion;
        Check.Equal(1, (await Loop.WaitTasks([task], timeout: Timeout.InfiniteTimeSpan)).Done.Count);
        await Loop.WithTimeout(Loop.StartTask(async token => await Loop.Delay(Ms(5), token)).Completion, Timeout.InfiniteTimeSpan);
        Check.Equal(Ms(10), Loop.Now);
    });

    [Case]
    public void WhenAll_gives_results_in_order_and_the_first_failure_on_the_loop() => Loop.Run(async Task () =>
    {
        Check.Sequence([9, 3, 5], await Task.WhenAll(After(9), After(3), After(5)));
        Check.True(MainLoop.Current == Loop);
        Task<int>[] tasks = [After(1), Fails(2), After(3)];
        try
        {
            await Task.WhenAll(tasks);
            Check.True(false);
        }
        catch (FormatException)
        {
            Check.True(MainLoop.Current == Loop);
        }

        await ((Task)Task.WhenAll(tasks)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Check.Sequence(["1", "bad", "3"], tasks.Select(static task => task.Exception?.InnerException?.Message ?? $"{task.GetAwaiter().GetResult()}"), "each on its own");
    });

    /// <summary>as_completed.</summary>
    [Case]
    public void WhenEach_gives_tasks_as_they_end_on_the_loop() => Loop.Run(async Task () =>
    {
        await foreach (Task<int> task in Task.WhenEach(After(9), After(3), After(5)))
        {
            Check.True(MainLoop.Current == Loop);
            Journal.Add($"{await task}"); // the framework goes there by way of another thread, and virtual time does not wait for that
        }

        Check.Sequence(["3", "5", "9"], Journal);
    });

    /// <summary>shield: the wait is given up, and the task goes on.</summary>
    [Case]
    public void WaitAsync_leaves_the_task_alone_when_its_token_is_cancelled() => Loop.Run(async Task () =>
    {
        StartedTask<int> inner = Loop.StartTask(async token => await After(9, token));
        StartedTask outer = Loop.StartTask(async token => await inner.Completion.WaitAsync(token));
        Loop.CallLater(Ms(2), () => outer.Cancel());
        await outer.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        Check.True(outer.IsCancelled);
        Check.Equal(Ms(2), Loop.Now);
        Check.Equal(9, await inner);
    });

    /// <summary>A future that somebody else completes.</summary>
    [Case]
    public void A_TaskCompletionSource_is_a_future_whose_awaiters_go_on_on_the_loop()
    {
        var future = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Run(async Task () =>
        {
            Loop.CallLater(Ms(1), () =>
            {
                future.SetResult("done");
                Journal.Add("set");
            });
            Journal.Add(await future.Task);
            Check.True(MainLoop.Current == Loop);
            Check.False(future.TrySetResult("again"));
        });
        Check.Sequence(["set", "done"], Journal);
    }

    private async Task<int> After(int milliseconds, CancellationToken token = default)
    {
        await Loop.Delay(Ms(milliseconds), token);
        return milliseconds;
    }

    private async Task<int> Fails(int milliseconds)
    {
        await After(milliseconds);
        throw new FormatException("bad");
    }

    private static async Task<Exception?> Catch(Func<LoopTask> function)
    {
        try
        {
            await function();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }
}
