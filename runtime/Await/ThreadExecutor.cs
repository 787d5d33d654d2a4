using System.Collections.Concurrent;

namespace Mainspring;

/// <summary>
/// Threads of its own for work that blocks, as many as it is given: asyncio's <c>ThreadPoolExecutor</c>. It is a <see cref="TaskScheduler"/>, and so what <see cref="MainLoop.RunInExecutor(TaskScheduler, Action, CancellationToken)"/> and
/// <see cref="MainLoop.DefaultExecutor"/> take. A thread is started when there is work that no other one is free for. Any thread; several loops may share one.
/// </summary>
public sealed class ThreadExecutor : TaskScheduler, IDisposable, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly BlockingCollection<Task> _work = [];
    private readonly List<Thread> _threads = []; // guarded by _gate
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _free;                           // guarded by _gate: threads that wait, less the work that stands there
    private int _left;                           // guarded by _gate: threads that have ended

    /// <summary>Makes an executor; its threads are started as they are needed.</summary>
    /// <param name="threads">How many threads it has at the most.</param>
    /// <param name="name">What they are called.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not positive.</exception>
    public ThreadExecutor(int threads, string name = "executor")
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        ArgumentNullException.ThrowIfNull(name);
        (MaximumConcurrencyLevel, Name) = (threads, name);
    }

    /// <summary>What its threads are called.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override int MaximumConcurrencyLevel { get; }

    /// <summary>Whether it takes no work any more.</summary>
    public bool IsShutDown => _work.IsAddingCompleted;

    /// <summary>Completes when it was shut down, all work that it had taken is done, and its threads have ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Takes no work from now on; what it has taken is done. Idempotent.</summary>
    public void Shutdown()
    {
        lock (_gate)
        {
            _work.CompleteAdding();
            EndWhenEmpty();
        }
    }

    /// <summary>Shuts it down and waits, on the calling thread, until its work is done. On a loop, await <see cref="DisposeAsync"/> instead.</summary>
    /// <exception cref="InvalidOperationException">It is called on one of its own threads, which cannot wait for itself.</exception>
    public void Dispose()
    {
        Thread[] threads;
        lock (_gate)
        {
            threads = [.. _threads];
        }

        if (threads.Contains(Thread.CurrentThread))
        {
            throw new InvalidOperationException($"Executor '{Name}' was disposed on one of its own threads, which would wait for itself: call Shutdown there.");
        }

        Shutdown();
        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    /// <summary>Shuts it down; its end is awaited without blocking anybody.</summary>
    /// <returns>The end, as <see cref="Ended"/>.</returns>
    public ValueTask DisposeAsync()
    {
        Shutdown();
        return new ValueTask(Ended);
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        lock (_gate)
        {
            if (_work.IsAddingCompleted)
            {
                throw new InvalidOperationException($"Executor '{Name}' was shut down, and takes no work any more.");
            }

            _work.Add(task);
            if (--_free < 0 && _threads.Count < MaximumConcurrencyLevel)
            {
                _free++;
                var thread = new Thread(RunAll) { IsBackground = true, Name = $"{Name}-{_threads.Count + 1}" };
                _threads.Add(thread);
                thread.Start();
            }
        }
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false; // only on threads of its own

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [.. _work];

    private void RunAll()
    {
        HelperThread.Settle();
        foreach (Task task in _work.GetConsumingEnumerable())
        {
            TryExecuteTask(task);
            lock (_gate)
            {
                _free++;
            }
        }

        lock (_gate)
        {
            _left++;
            EndWhenEmpty();
        }
    }

    private void EndWhenEmpty()
    {
        if (_work.IsAddingCompleted && _left == _threads.Count)
        {
            _ended.TrySetResult();
        }
    }
}
