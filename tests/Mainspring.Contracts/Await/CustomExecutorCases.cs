using System.Collections.Concurrent;

namespace Mainspring.Contracts.Await;

/// <summary>Executors of the user's, and the end of the default one.</summary>
public sealed class CustomExecutorCases : IDisposable
{
    private static readonly AsyncLocal<string?> s_local = new();

    private readonly SilentLog _log = new();
    private readonly MainLoop _loop;

    /// <summary>On the real clock.</summary>
    public CustomExecutorCases() => _loop = Loops.New(options => options with { Log = _log });

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    [Case]
    public void Work_runs_on_the_threads_of_its_executor_and_ends_on_the_loop()
    {
        using var executor = new ThreadExecutor(2, "disk");
        int here = Environment.CurrentManagedThreadId;
        _loop.Run(async LoopTask () =>
        {
            s_local.Value = "caller";
            Check.Equal("disk-1 ", await _loop.RunInExecutor(executor, () => $"{Thread.CurrentThread.Name} {s_local.Value}"));
            Check.Equal(here, Environment.CurrentManagedThreadId);
            await _loop.RunInExecutor(executor, static () => Check.True(Thread.CurrentThread.IsBackground));
            Check.Equal(5, await _loop.RunInExecutor(executor, static token => token.CanBeCanceled ? 0 : 5));
            try
            {
                await _loop.RunInExecutor(executor, static () => throw new FormatException("from a thread"));
                Check.True(false);
            }
            catch (FormatException exception)
            {
                Check.Equal("from a thread", exception.Message);
            }
        });
    }

    [Case]
    public void An_executor_runs_as_much_at_a_time_as_it_has_threads_and_no_more()
    {
        using var executor = new ThreadExecutor(2);
        using var gate = new ManualResetEventSlim();
        var names = new ConcurrentDictionary<string, bool>();
        int running = 0, most = 0;
        _loop.Run(async LoopTask () =>
        {
            Task[] works = [.. Enumerable.Range(0, 6).Select(_ => _loop.RunInExecutor(executor, () =>
            {
                int now = Interlocked.Increment(ref running);
                most = Math.Max(Volatile.Read(ref most), now);
                if (now == 2)
                {
                    gate.Set(); // both have begun, before one has ended
                }

                gate.Wait("two at a time");
                names.TryAdd(Thread.CurrentThread.Name!, true);
                Interlocked.Decrement(ref running);
            }).AsTask())];
            await Task.WhenAll(works);
        });
        Check.Equal(2, most);
        Check.Equal(2, names.Count);
    }

    [Case]
    public void Work_that_is_cancelled_before_it_begins_never_runs_there()
    {
        using var executor = new ThreadExecutor(1);
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        bool ran = false;
        _loop.Run(async LoopTask () =>
        {
            LoopTask first = _loop.RunInExecutor(executor, () => gate.Wait("the cancellation"));
            LoopTask second = _loop.RunInExecutor(executor, () =>
            {
                ran = true;
            }, cancellation.Token);
            cancellation.Cancel();
            try
            {
                await second;
                Check.True(false);
            }
            catch (OperationCanceledException)
            {
                gate.Set();
            }

            await first;
        });
        executor.Dispose();
        Check.False(ran);
    }

    [Case]
    public void Dispose_of_an_executor_waits_for_all_that_it_has_taken_and_refuses_the_rest()
    {
        using var gate = new ManualResetEventSlim();
        var executor = new ThreadExecutor(1, "closing");
        int done = 0;
        LoopTask[] works = new LoopTask[3];
        _loop.CallSoon(() =>
        {
            for (int i = 0; i < works.Length; i++)
            {
                works[i] = _loop.RunInExecutor(executor, () =>
                {
                    gate.Wait("Dispose");
                    Interlocked.Increment(ref done);
                });
            }
        });
        _loop.Tick();
        executor.Shutdown();
        Check.True(executor.IsShutDown);
        Check.False(executor.Ended.IsCompleted);
        _loop.CallSoon(() => Check.Contains("'closing' was shut down", Check.Throws<InvalidOperationException>(() => _loop.RunInExecutor(executor, static () => { })).Message));
        _loop.Tick();
        gate.Set();
        executor.Dispose();
        Check.Equal(3, done);
        Check.True(executor.Ended.IsCompleted);
        _loop.Run(async LoopTask () =>
        {
            foreach (LoopTask work in works)
            {
                await work;
            }
        });
        Check.Sequence([], _log.Messages);
    }

    [Case]
    public void Dispose_on_a_thread_of_its_own_says_so()
    {
        using var executor = new ThreadExecutor(1);
        _loop.Run(async LoopTask () => await _loop.RunInExecutor(executor, () =>
        {
            Check.Contains("call Shutdown", Check.Throws<InvalidOperationException>(executor.Dispose).Message);
        }));
    }

    [Case]
    public void The_default_executor_can_be_another_one()
    {
        using var executor = new ThreadExecutor(1, "mine");
        Check.True(_loop.DefaultExecutor is null, "the thread pool");
        _loop.DefaultExecutor = executor;
        Check.Equal("mine-1", _loop.Run(async LoopTask<string?> () => await _loop.RunInExecutor(static () => Thread.CurrentThread.Name)));
        _loop.DefaultExecutor = null;
        Check.True(_loop.Run(async LoopTask<bool> () => await _loop.RunInExecutor(static () => Thread.CurrentThread.IsThreadPoolThread)));
    }

    [Case]
    public void A_scheduler_of_the_framework_is_an_executor_too() => _loop.Run(async LoopTask () =>
    {
        TaskScheduler scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        Check.True(await _loop.RunInExecutor(scheduler, () => TaskScheduler.Current == scheduler));
    });

    [Case]
    public void ShutdownExecutor_waits_for_what_runs_also_when_nobody_else_does_and_refuses_the_rest()
    {
        using var begun = new ManualResetEventSlim();
        using var gate = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        bool isDone = false;
        _loop.Run(async LoopTask () =>
        {
            LoopTask work = _loop.RunInExecutor(() =>
            {
                begun.Set();
                gate.Wait("the shutdown");
                Volatile.Write(ref isDone, true);
            }, cancellation.Token);
            begun.Wait("its beginning");
            cancellation.Cancel();
            try
            {
                await work;
            }
            catch (OperationCanceledException)
            {
                // left, but it goes on
            }

            Task<bool> shutdown = _loop.ShutdownExecutor().AsTask();
            Check.Contains("after ShutdownExecutor", Check.Throws<InvalidOperationException>(() => _loop.RunInExecutor(static () => { })).Message);
            await _loop.Yield();
            Check.False(shutdown.IsCompleted);
            gate.Set();
            Check.True(await shutdown);
            Check.True(Volatile.Read(ref isDone));
            Check.True(await _loop.ShutdownExecutor(), "again");
        });
    }

    [Case]
    public void ShutdownExecutor_gives_up_after_its_time_and_says_what_goes_on()
    {
        using var gate = new ManualResetEventSlim();
        _loop.Run(async LoopTask () =>
        {
            LoopTask work = _loop.RunInExecutor(() => gate.Wait("the time-out"));
            Check.False(await _loop.ShutdownExecutor(TimeSpan.FromMilliseconds(10)));
            gate.Set();
            await work;
        });
        Check.Contains("1 pieces of it go on", _log.Messages.Single());
    }

    [Case]
    public void ShutdownExecutor_ends_the_threads_of_a_default_executor()
    {
        var executor = new ThreadExecutor(2);
        _loop.DefaultExecutor = executor;
        _loop.Run(async LoopTask () =>
        {
            LoopTask work = _loop.RunInExecutor(static () => { });
            Check.True(await _loop.ShutdownExecutor(TimeSpan.FromMinutes(1)));
            Check.True(executor.Ended.IsCompleted);
            await work;
        });
    }
}
