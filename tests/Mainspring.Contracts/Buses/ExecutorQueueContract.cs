using Mainspring.Contracts.Core;

namespace Mainspring.Contracts.Buses;

/// <summary>Blocking work for one thing that does one thing at a time.</summary>
public sealed class ExecutorQueueContract : VirtualLoopSuite
{
    [Case]
    public void Who_waits_for_work_that_ends_while_the_loop_is_disposed_is_told()
    {
        var queue = new ExecutorQueue("bus");
        using var release = new ManualResetEventSlim();
        using var isOver = new ManualResetEventSlim();
        using MainLoop loop = Loops.New(), other = Loops.New();
        var trace = new List<string>();
        loop.CallSoon(() => Wait().Forget());
        loop.Tick();
        queue.Run(other, static (isOver, _) => { isOver.Set(); return 0; }, isOver).Forget();
        loop.Post(() =>
        {
            release.Set(); // runs when the queue for posts is closed already
            isOver.Wait();
        });
        loop.Dispose();
        Check.Sequence(["cancelled", "ended"], trace);

        async LoopTask Wait()
        {
            try
            {
                await queue.Run(loop, static (release, token) => { release.Wait(token); return 0; }, release);
            }
            catch (OperationCanceledException)
            {
                trace.Add("cancelled");
            }
            finally
            {
                trace.Add("ended");
            }
        }
    }

    [Case]
    public void Work_for_no_loop_runs_after_what_waits_and_is_taken_by_a_full_queue()
    {
        var queue = new ExecutorQueue("bus", capacity: 1);
        using var begun = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var order = new List<string>();
        MainLoop loop = Loops.New();
        queue.Run(loop, (_, token) => { begun.Set(); release.Wait(token); order.Add("first"); return 0; }, 0).Forget();
        begun.Wait();
        queue.Run(loop, (_, _) => { order.Add("second"); return 0; }, 0).Forget();
        Check.Throws<InvalidOperationException>(() => queue.Run(loop, static (_, _) => 0, 0).Forget());
        loop.Dispose();
        Task last = queue.Run(() => order.Add("last"));
        Task failing = queue.Run(static () => throw new IOException("its own"));
        Check.False(last.IsCompleted);
        release.Set();
        Check.Equal("its own", Check.Throws<IOException>(failing.GetAwaiter().GetResult).Message);
        Check.True(last.IsCompletedSuccessfully);
        Check.Sequence(["first", "second", "last"], order);
        queue.Run(() => order.Add("later")).Wait();
        Check.Equal(4, order.Count);
    }

    [Case]
    public void Work_runs_one_at_a_time_in_the_order_of_the_calls_and_never_on_the_loops_thread()
    {
        var queue = new ExecutorQueue("bus");
        int running = 0, most = 0, here = Environment.CurrentManagedThreadId;
        var order = new List<int>();
        var ends = new List<int>();
        Loop.CallSoon(() =>
        {
            for (int i = 0; i < 200; i++)
            {
                Await(i).Forget();
            }
        });
        RunUntilIdle();
        Check.Sequence(Enumerable.Range(0, 200), order, "begun in the order of the calls");
        Check.Sequence(Enumerable.Range(0, 200), ends, "ended in the order of the calls");
        Check.Equal(1, most);
        Check.Equal(0, Loop.OutstandingWork);

        async LoopTask Await(int number)
        {
            ends.Add(await queue.Run(
                Loop,
                (state, _) =>
                {
                    most = Math.Max(most, Interlocked.Increment(ref running));
                    Check.True(Environment.CurrentManagedThreadId != here);
                    order.Add(state);
                    Interlocked.Decrement(ref running);
                    return state;
                },
                number));
            Check.Equal(here, Environment.CurrentManagedThreadId);
        }
    }

    [Case]
    public void Work_that_is_cancelled_while_it_waits_leaves_the_queue_and_never_runs()
    {
        var queue = new ExecutorQueue("bus");
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        bool ran = false;
        Loop.Run(async LoopTask () =>
        {
            LoopTask<int> first = queue.Run(
                Loop,
                (_, _) =>
                {
                    begun.Set();
                    return Blocked(gate);
                },
                0);
            begun.Wait("its beginning");
            LoopTask<int> second = queue.Run(Loop, (_, _) => Note(ref ran), 0, cancellation.Token);
            LoopTask<int> third = queue.Run(Loop, static (_, _) => 3, 0);
            cancellation.Cancel();
            Check.True(await IsCancelled(second));
            Check.Equal(1, queue.Count, "it holds no place");
            gate.Set();
            Check.Equal(1, await first);
            Check.Equal(3, await third);
        });
        Check.False(ran);
        Check.Equal(0, Loop.OutstandingWork);
    }

    [Case]
    public void Work_that_is_cancelled_while_it_runs_is_left_at_once_and_the_next_waits_for_its_end()
    {
        var queue = new ExecutorQueue("bus");
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        bool isOver = false;
        Loop.Run(async LoopTask () =>
        {
            LoopTask<int> first = queue.Run(
                Loop,
                (_, _) =>
                {
                    begun.Set();
                    Blocked(gate);
                    Volatile.Write(ref isOver, true);
                    return 1;
                },
                0,
                cancellation.Token);
            begun.Wait("its beginning");
            LoopTask<bool> second = queue.Run(Loop, (_, _) => Volatile.Read(ref isOver), 0);
            cancellation.Cancel();
            Check.True(await IsCancelled(first));
            Check.False(second.IsCompleted);
            gate.Set();
            Check.True(await second, "the first had ended");
        });
        Check.Equal(0, Loop.OutstandingWork);
    }

    [Case]
    public void A_full_queue_refuses_and_says_whose_it_is()
    {
        var queue = new ExecutorQueue("/dev/i2c-1", capacity: 2);
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        Loop.Run(async LoopTask () =>
        {
            LoopTask<int> running = queue.Run(
                Loop,
                (_, _) =>
                {
                    begun.Set();
                    return Blocked(gate);
                },
                0);
            begun.Wait("its beginning");
            LoopTask<int> second = queue.Run(Loop, static (_, _) => 2, 0);
            LoopTask<int> third = queue.Run(Loop, static (_, _) => 3, 0);
            var refused = Check.Throws<InvalidOperationException>(() => queue.Run(Loop, static (_, _) => 4, 0));
            Check.Contains("/dev/i2c-1", refused.Message);
            gate.Set();
            Check.Equal(6, await running + await second + await third);
            Check.Equal(5, await queue.Run(Loop, static (_, _) => 5, 0), "there is room again");
        });
        Check.Equal(0, Loop.OutstandingWork);
    }

    [Case]
    public void An_exception_is_the_tasks_and_the_queue_goes_on()
    {
        var queue = new ExecutorQueue("bus");
        Loop.Run(async LoopTask () =>
        {
            for (int i = 0; i < 3; i++)
            {
                try
                {
                    await queue.Run<int, int>(Loop, static (number, _) => throw new FormatException($"{number}"), i);
                }
                catch (FormatException exception)
                {
                    Journal.Add(exception.Message);
                }
            }

            Journal.Add($"{await queue.Run(Loop, static (number, _) => number + 1, 6)}");
        });
        Check.Sequence(["0", "1", "2", "7"], Journal);
    }

    [Case]
    public void Virtual_time_stands_still_while_work_runs_or_waits()
    {
        var queue = new ExecutorQueue("bus");
        bool isDone = false;
        Loop.CallLater(TimeSpan.FromDays(1), () => Check.True(isDone));
        Loop.Run(async LoopTask () =>
        {
            LoopTask<int> first = queue.Run(Loop, static (_, _) => 1, 0);
            LoopTask<int> second = queue.Run(Loop, static (_, _) => 2, 0);
            Check.Equal(3, await first + await second);
            Check.Equal(TimeSpan.Zero, Loop.Now);
            isDone = true;
        });
        RunUntilIdle();
        Check.Equal(TimeSpan.FromDays(1), Loop.Now);
    }

    [Case]
    public void Disposing_the_loop_tells_who_waits()
    {
        var queue = new ExecutorQueue("bus");
        using var gate = new ManualResetEventSlim();
        var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = Log });
        int told = 0;
        loop.CallSoon(() =>
        {
            Await().Forget();
            Await().Forget();
        });
        loop.Tick();
        loop.Dispose();
        gate.Set();
        Check.Equal(2, told);
        Check.Throws<ObjectDisposedException>(() => queue.Run(loop, static (_, _) => 0, 0));

        async LoopTask Await()
        {
            try
            {
                await queue.Run(loop, (_, _) => Blocked(gate), 0);
            }
            catch (OperationCanceledException)
            {
                told++;
            }
        }
    }

    [Case]
    public void It_allocates_nothing_on_the_loops_thread_in_the_steady_state()
    {
        using MainLoop loop = Loops.New();
        var queue = new ExecutorQueue("bus");
        using var cancellation = new CancellationTokenSource();
        long ended = 0;
        bool stop = false;
        loop.CallSoon(() => Work().Forget());
        Allocations.None(() =>
        {
            long before = ended;
            while (ended == before)
            {
                loop.Tick(Pump.Wait);
            }
        });
        stop = true;
        Pump.Until(loop, () => loop.OutstandingWork == 0);
        Check.True(ended > 1000);

        async LoopTask Work()
        {
            while (!stop)
            {
                ended += await queue.Run(loop, static (number, _) => number, 1, cancellation.Token);
            }
        }
    }

    private static int Blocked(ManualResetEventSlim gate)
    {
        gate.Wait(Patience.Long);
        return 1;
    }

    private static int Note(ref bool ran)
    {
        ran = true;
        return 2;
    }

    private static async LoopTask<bool> IsCancelled(LoopTask<int> task)
    {
        try
        {
            await task;
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
