using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>Work of other threads, time limits, events and frames as what is awaited.</summary>
public sealed class ExecutorContract : VirtualLoopSuite
{
    [Case]
    public void Executor_work_runs_elsewhere_and_ends_on_the_loop_while_virtual_time_stands_still()
    {
        int thread = Environment.CurrentManagedThreadId;
        bool wasFirst = false;
        Loop.CallLater(TimeSpan.FromHours(1), () => Check.True(wasFirst, "time has waited"));
        Loop.Run(async LoopTask () =>
        {
            int ranOn = await Loop.RunInExecutor(static () => Environment.CurrentManagedThreadId);
            Check.True(ranOn != thread);
            Check.Equal(thread, Environment.CurrentManagedThreadId);
            Check.Equal(TimeSpan.Zero, Loop.Now);
            await Loop.RunInExecutor(static () => { });
            try
            {
                await Loop.RunInExecutor(static () => throw new FormatException("from the pool"));
            }
            catch (FormatException exception)
            {
                Journal.Add(exception.Message);
            }

            wasFirst = true;
        });
        RunUntilIdle();
        Check.Sequence(["from the pool"], Journal);
        Check.Equal(0, Loop.OutstandingWork);
    }

    [Case]
    public void Work_that_is_cancelled_before_it_begins_never_runs()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        bool ran = false;
        Check.Throws<TaskCanceledException>(() => Loop.Run(async LoopTask () => await Loop.RunInExecutor(() => ran = true, cancellation.Token)));
        Check.False(ran);
        Check.Equal(0, Loop.OutstandingWork);
    }

    [Case]
    public void Work_that_is_cancelled_while_it_runs_is_left_at_once_and_its_later_exception_is_reported()
    {
        var errors = AwaitContract.Errors(Loop);
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        Loop.Run(async LoopTask () =>
        {
            LoopTask<int> work = Loop.RunInExecutor<int>(
                token =>
                {
                    begun.Set();
                    gate.Wait(Patience.Long, CancellationToken.None);
                    Check.True(token.IsCancellationRequested);
                    throw new FormatException("later");
                },
                cancellation.Token);
            begun.Wait("the beginning of the work");
            cancellation.Cancel();
            try
            {
                await work;
            }
            catch (OperationCanceledException exception)
            {
                Check.True(exception.CancellationToken == cancellation.Token);
                Journal.Add("left");
            }
        });
        Check.Sequence(["left"], Journal);
        Check.Equal(1, Loop.OutstandingWork, "it goes on");
        gate.Set();
        RunUntilIdle();
        Check.Sequence(["Await: later"], errors);
        Check.Equal(0, Loop.OutstandingWork);
    }

    [Case]
    public void A_time_limit_cancels_a_function_without_a_result_too()
    {
        Loop.Run(async LoopTask () =>
        {
            await Loop.WithTimeout(async token => await Loop.Delay(Ms(9), token), Ms(10));
            Journal.Add($"in time {Loop.Now.TotalMilliseconds}");
            try
            {
                await Loop.WithTimeout(Endless, Ms(10));
            }
            catch (TimeoutException)
            {
                Journal.Add($"timeout {Loop.Now.TotalMilliseconds}");
            }

            await Loop.Yield();
        });
        Check.Sequence(["in time 9", "token", "timeout 19"], Journal);

        async LoopTask Endless(CancellationToken token)
        {
            using CancellationTokenRegistration registration = token.UnsafeRegister(_ => Journal.Add("token"), null);
            await Loop.Delay(TimeSpan.FromDays(1), token);
        }
    }

    [Case]
    public void A_time_limit_ends_the_wait_and_a_result_of_the_same_time_wins()
    {
        var messages = new List<string>();
        Loop.Run(async LoopTask () =>
        {
            Journal.Add($"{await Loop.WithTimeout(After(9, 1), Ms(10))}");
            Journal.Add($"{await Loop.WithTimeout(After(10, 2), Ms(10))}");
            Journal.Add($"{await Loop.WithTimeout(After(10, 3).AsTask(), Ms(10))}");
            var source = new TaskCompletionSource<int>();
            LoopTask<int> limited = Loop.WithTimeout(source.Task, Ms(10)); // its timer stands before the one that sets the result
            Loop.CallLater(Ms(10), () => source.SetResult(4));
            Journal.Add($"{await limited}");
            await TimesOut(Loop.WithTimeout(After(11, 5), Ms(10)));
            await TimesOut(Loop.WithTimeout(new TaskCompletionSource<int>().Task, Ms(10)));
            await TimesOut(Loop.WithTimeout(CancelledByTheLimit, Ms(10)));
            await Loop.Delay(Ms(5));
        });
        Check.Sequence(["1", "2", "3", "4", "timeout", "timeout", "token", "timeout"], Journal);
        Check.Sequence(
            [
                "'After' has not ended within 0.01 s, on loop 'main'.",
                "A task has not ended within 0.01 s, on loop 'main'.",
                "'CancelledByTheLimit' has not ended within 0.01 s, on loop 'main'.",
            ],
            messages);

        async LoopTask<int> After(double ms, int result)
        {
            await Loop.Delay(Ms(ms));
            return result;
        }

        async LoopTask TimesOut(LoopTask<int> task)
        {
            try
            {
                await task;
            }
            catch (TimeoutException exception)
            {
                messages.Add(exception.Message);
                Journal.Add("timeout");
            }
        }

        async LoopTask<int> CancelledByTheLimit(CancellationToken token)
        {
            try
            {
                await Loop.Delay(TimeSpan.FromDays(1), token);
                return 0;
            }
            catch (OperationCanceledException)
            {
                Journal.Add("token");
                throw;
            }
        }
    }

    [Case]
    public void Events_are_awaited_by_type_and_a_removed_source_says_so()
    {
        var queue = new QueueSource { Name = "the queue" };
        SourceHandle source = Loop.Add(queue);
        source.Unref();
        using var cancellation = new CancellationTokenSource();
        Loop.CallLater(Ms(1), () => queue.Add(42));
        Loop.CallLater(Ms(2), () => queue.Add(43));
        Loop.CallLater(Ms(3), cancellation.Cancel);
        Loop.CallLater(Ms(4), source.Remove);
        Loop.Run(async LoopTask () =>
        {
            Journal.Add($"{(await Loop.WaitFor<Queued>(source)).Number}");
            await Loop.WaitFor(source);
            Journal.Add($"any at {Loop.Now.TotalMilliseconds}");
            try
            {
                await Loop.WaitFor<Queued>(source, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
                Journal.Add("cancelled");
            }

            try
            {
                await Loop.WaitFor<Queued>(source);
            }
            catch (InvalidOperationException exception)
            {
                Check.Contains("the queue", exception.Message);
                Journal.Add("removed");
            }
        });
        Check.Sequence(["42", "any at 2", "cancelled", "removed"], Journal);
        Check.Throws<InvalidOperationException>(() => Loop.WaitFor(source));
    }

    [Case]
    public void A_condition_that_waits_itself_waits_for_the_next_event()
    {
        var queue = new QueueSource();
        SourceHandle source = Loop.Add(queue);
        source.Unref();
        bool asked = false;
        Loop.CallLater(Ms(1), () => queue.Add(1));
        Loop.CallLater(Ms(2), () => queue.Add(2));
        Loop.Run(async LoopTask () =>
        {
            LoopTask inner = default;
            Queued outer = await Loop.WaitFor<Queued>(source, e =>
            {
                if (!asked)
                {
                    asked = true;
                    inner = Inner();
                }

                return e.Number == 1;
            });
            Journal.Add($"outer {outer.Number}");
            await inner;
        });
        Check.Sequence(["outer 1", "inner 2"], Journal);

        async LoopTask Inner() => Journal.Add($"inner {(await Loop.WaitFor<Queued>(source)).Number}");
    }

    [Case]
    public void A_condition_that_removes_its_source_ends_all_that_wait_for_it()
    {
        var queue = new QueueSource();
        SourceHandle source = Loop.Add(queue);
        Loop.CallLater(Ms(1), () => queue.Add(1));
        Loop.Run(async LoopTask () =>
        {
            LoopTask[] all = [One("first", null), One("second", Removes), One("third", null), One("fourth", static _ => true)];
            foreach (LoopTask one in all)
            {
                await one;
            }
        });
        Check.Sequence(["first 1", "second removed", "third removed", "fourth removed"], Journal);

        bool Removes(Queued e)
        {
            source.Remove();
            return false;
        }

        async LoopTask One(string who, Func<Queued, bool>? condition)
        {
            try
            {
                Journal.Add($"{who} {(await Loop.WaitFor(source, condition)).Number}");
            }
            catch (InvalidOperationException)
            {
                Journal.Add($"{who} removed");
            }
        }
    }

    [Case]
    public void Frames_are_a_stream_that_allocates_nothing_per_frame()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        long seen = 0;
        loop.CallSoon(() =>
        {
            _ = InTask();
            InLoopTask().Forget();
        });
        Allocations.None(() => loop.Tick());
        Check.True(seen > 2000);

        async Task InTask()
        {
            await foreach (Frame frame in loop.Frames())
            {
                Check.Equal(loop.Frame.Index, frame.Index);
                seen++;
            }
        }

        async LoopTask InLoopTask()
        {
            await foreach (Frame frame in loop.Frames(FramePhase.Render))
            {
                Check.Equal(loop.Frame.Index, frame.Index);
                seen++;
            }
        }
    }

    [Case]
    public void A_token_and_Dispose_end_the_stream_of_frames()
    {
        var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), FrameRate = 10, Log = Log });
        using var cancellation = new CancellationTokenSource();
        loop.CallSoon(() =>
        {
            Read("token", loop.Frames(FramePhase.Update, cancellation.Token)).Forget();
            Read("dispose", loop.Frames()).Forget();
        });
        loop.CallLater(Ms(250), cancellation.Cancel);
        loop.Run(new RunOptions { For = Ms(320) });
        loop.Dispose();
        Check.Sequence(["token 3", "dispose 4"], Journal);
        Check.Throws<InvalidOperationException>(() => Loop.Frames(), "an event-driven loop has none");

        async LoopTask Read(string name, IAsyncEnumerable<Frame> frames)
        {
            int count = 0;
            try
            {
                await foreach (Frame frame in frames)
                {
                    count++;
                }
            }
            catch (OperationCanceledException)
            {
                Journal.Add($"{name} {count}");
            }
        }
    }
}
