using System.Collections;
using System.Runtime.CompilerServices;
using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Await;

/// <summary>LoopTask: results and exceptions, once, without memory; and jobs and tasks that wait for each other.</summary>
public sealed class LoopTaskContract : VirtualLoopSuite
{
    [Case]
    public void Results_and_exceptions_go_to_who_awaits()
    {
        var errors = AwaitContract.Errors(Loop);
        Loop.Run(async LoopTask () =>
        {
            Journal.Add($"{await Sum(1, 2)}");
            Journal.Add($"{await AtOnce()}");
            try
            {
                await Fails(late: true);
            }
            catch (FormatException exception)
            {
                Journal.Add(exception.Message);
            }

            try
            {
                await Fails(late: false);
            }
            catch (FormatException exception)
            {
                Journal.Add(exception.Message);
            }
        });
        Check.Sequence(["3", "7", "late", "at once"], Journal);
        Check.Equal(0, errors.Count);

        async LoopTask<int> Sum(int a, int b)
        {
            await Loop.NextFrame();
            return a + b;
        }

#pragma warning disable CS1998 // it completes at once
        async LoopTask<int> AtOnce() => 7;
#pragma warning restore CS1998

        async LoopTask Fails(bool late)
        {
            if (late)
            {
                await Loop.Yield();
                throw new FormatException("late");
            }

            throw new FormatException("at once");
        }
    }

    [Case]
    public void Calling_methods_again_and_again_allocates_nothing()
    {
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        using var cancellation = new CancellationTokenSource();
        SourceHandle source = loop.Add(new QueueSource());
        long calls = 0;
        loop.CallSoon(() => Caller().Forget());
        Allocations.None(() =>
        {
            ((QueueSource)source.Source).Context!.Emit(new Queued(1));
            loop.Tick();
        });
        Check.True(calls > 200);

        async LoopTask Caller()
        {
            while (true)
            {
                calls += await Inner(1);
                await Outer();
                calls += (await loop.WaitFor<Queued>(source, cancellation.Token)).Number;
                await loop.WaitFor(source);
            }
        }

        async LoopTask Outer()
        {
            await Inner(2);
            await loop.Yield();
        }

        async LoopTask<int> Inner(int number)
        {
            await loop.NextFrame();
            return number;
        }
    }

    [Case]
    public void A_second_await_throws_and_says_so()
    {
        Loop.Run(async LoopTask () =>
        {
            LoopTask task = Method();
            await task;
            Check.Contains("awaited before", Check.Throws<InvalidOperationException>(() => _ = task.GetAwaiter().IsCompleted).Message);
            Check.Throws<InvalidOperationException>(() => task.GetAwaiter().GetResult());
            Check.Throws<InvalidOperationException>(task.Forget);
            Check.Throws<InvalidOperationException>(() => task.AsTask());
            Check.True(task.IsCompleted);

            LoopTask again = Method();
            LoopTask waiter = Await(again);
            Check.Throws<InvalidOperationException>(() => _ = again.GetAwaiter().IsCompleted);
            await waiter;
        });

        async LoopTask Method() => await Loop.Yield();

        static async LoopTask Await(LoopTask task) => await task;
    }

    [Case]
    public void A_task_that_ends_in_a_phase_goes_on_in_that_phase_otherwise_in_the_next_round()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 10 });
        loop.OnFrame(FramePhase.LateUpdate, frame => Journal.Add($"late {frame.Index}"));
        loop.CallSoon(() => Outer().Forget());
        RunFor(Ms(50));
        Check.Sequence(["inner", "middle", "outer", "late 0"], Journal);
        Journal.Clear();
        loop.CallSoon(() => Quick().Forget());
        RunFor(Ms(1));
        Check.Sequence(["yielded", "caller runs", "after"], Journal);

        async LoopTask Outer()
        {
            await Middle();
            Journal.Add("outer");
        }

        async LoopTask Middle()
        {
            await Inner();
            Journal.Add("middle");
        }

        async LoopTask Inner()
        {
            await loop.NextFrame();
            Journal.Add("inner");
        }

        async LoopTask Quick()
        {
            await Yielding();
            Journal.Add("after");
        }

        async LoopTask Yielding()
        {
            await loop.Yield();
            loop.CallSoon(Note("caller runs"));
            Journal.Add("yielded");
        }
    }

    [Case]
    public void A_chain_of_a_hundred_thousand_awaits_ends_in_one_phase_without_a_deeper_stack()
    {
        const int Length = 100_000;
        MainLoop loop = Build(new LoopOptions { Pacing = Pacing.Host });
        int ended = 0, endedInFrame = -1;
        loop.CallSoon(() =>
        {
            LoopTask last = First();
            for (int i = 0; i < Length; i++)
            {
                last = Next(last);
            }

            Last(last).Forget();
        });
        OnSmallStack(() => Pump.Ticks(loop, 2));
        Check.Equal(Length, ended);
        Check.Equal(0, endedInFrame);

        async LoopTask First() => await loop.NextFrame();

        async LoopTask Next(LoopTask before)
        {
            await before;
            ended++;
        }

        async LoopTask Last(LoopTask before)
        {
            await before;
            endedInFrame = (int)loop.Frame.Index;
        }
    }

    [Case]
    public void An_exception_that_nobody_awaits_reaches_the_handler_and_a_cancellation_does_not()
    {
        var errors = AwaitContract.Errors(Loop);
        Loop.CallSoon(() =>
        {
            Fails("forgotten").Forget();
            Cancelled().Forget();
        });
        RunUntilIdle();
        Check.Sequence(["Await: forgotten"], errors);

        OnAnotherThread(() => Start()); // so that no register keeps it
        RunUntilIdle();
        Pump.Until(Loop, () =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return errors.Count == 2;
        });
        Check.Equal("Await: dropped", errors[1]);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Start() => Loop.Post(() => _ = Fails("dropped"));

        async LoopTask Fails(string message)
        {
            await Loop.Yield();
            throw new FormatException(message);
        }

        async LoopTask Cancelled()
        {
            await Loop.Yield();
            throw new OperationCanceledException();
        }
    }

    [Case]
    public void Jobs_await_tasks_and_tasks_await_jobs_with_results_exceptions_and_cancellation()
    {
        var errors = AwaitContract.Errors(Loop);
        Loop.Run(async LoopTask () =>
        {
            await Loop.StartJob(Waits());
            Journal.Add($"{await Loop.StartJob<int>(Result)}");
            Job failing = Loop.StartJob(Fails());
            try
            {
                await failing;
            }
            catch (FormatException exception)
            {
                Journal.Add(exception.Message);
            }

            Job cancelled = Loop.StartJob(Waits());
            Loop.CallSoon(() => cancelled.Cancel());
            try
            {
                await cancelled;
            }
            catch (OperationCanceledException)
            {
                Journal.Add("cancelled");
            }

            Job ofFailing = Loop.StartJob(WaitsFor(FailingTask()));
            try
            {
                await ofFailing;
            }
            catch (FormatException exception)
            {
                Journal.Add(exception.Message);
            }

            Job ofCancelled = Loop.StartJob(WaitsFor(CancelledTask()));
            try
            {
                await ofCancelled;
            }
            catch (OperationCanceledException)
            {
                Journal.Add("its task was cancelled");
            }
        });
        Check.Sequence(["task", "job", "5", "job failed", "cancelled", "task failed", "its task was cancelled"], Journal);
        Check.Equal(0, errors.Count);

        IEnumerator Waits()
        {
            yield return Task_();
            Journal.Add("job");
        }

        async LoopTask Task_()
        {
            await Loop.NextFrame();
            Journal.Add("task");
        }

        static IEnumerator<Wait> Result(JobResult<int> result)
        {
            yield return Wait.NextFrame;
            result.Value = 5;
        }

        static IEnumerator<Wait> Fails()
        {
            yield return Wait.NextFrame;
            throw new FormatException("job failed");
        }

        static IEnumerator<Wait> WaitsFor(LoopTask task)
        {
            yield return task;
        }

        async LoopTask FailingTask()
        {
            await Loop.NextFrame();
            throw new FormatException("task failed");
        }

        async LoopTask CancelledTask()
        {
            await Loop.NextFrame();
            throw new OperationCanceledException();
        }
    }

    [Case]
    public void AsTask_may_be_awaited_often_and_anywhere()
    {
        using var loop = Loops.New();
        int result = loop.Run(async () =>
        {
            Task<int> task = Method().AsTask();
            int elsewhere = await Task.Run(async () => await task);
            return elsewhere + await task + await task;
        });
        Check.Equal(12, result);

        async LoopTask<int> Method()
        {
            await loop.NextFrame();
            return 4;
        }
    }

    [Case]
    public void Run_takes_async_lambdas_and_methods_of_every_kind_and_throws_their_exceptions()
    {
        Loop.Run(async () => await Loop.NextFrame());
        Check.Equal(3, Loop.Run(async () =>
        {
            await Loop.Delay(Ms(5));
            return 3;
        }));
        Loop.Run(Method);
        Check.Equal(4, Loop.Run(Result));
        Check.Throws<FormatException>(() => Loop.Run(async () =>
        {
            await Loop.NextFrame();
            throw new FormatException();
        }));
        Check.Throws<FormatException>(() => Loop.Run(Throws));
        Check.Throws<InvalidOperationException>(() => Loop.Run(async () =>
        {
            Loop.Stop();
            await Loop.Delay(Ms(1));
        }));

        async LoopTask Method() => await Loop.NextFrame();

        async LoopTask<int> Result()
        {
            await Loop.NextFrame();
            return 4;
        }

        static Task Throws() => throw new FormatException();
    }

    [Case]
    public void The_task_scheduler_runs_tasks_on_the_loop()
    {
        using var loop = Loops.New();
        int thread = Environment.CurrentManagedThreadId;
        Check.True(ReferenceEquals(loop.TaskScheduler, loop.TaskScheduler));
        int ranOn = loop.RunUntilComplete(Task.Factory.StartNew(
            static () => Environment.CurrentManagedThreadId, CancellationToken.None, TaskCreationOptions.None, loop.TaskScheduler));
        Check.Equal(thread, ranOn);
    }

    private static void OnSmallStack(Action action)
    {
        Exception? thrown = null;
        var thread = new Thread(() =>
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }
        }, 256 * 1024);
        thread.Start();
        thread.Join();
        Check.True(thrown is null, thrown?.ToString());
    }
}
