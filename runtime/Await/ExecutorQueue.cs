namespace Mainspring;

/// <summary>
/// Blocking work for one thing that does one thing at a time: a bus, a file, a database. Its work runs on the thread pool, one after the other in the order of the calls, and
/// never on more than one thread; while there is none it holds no thread. Several loops may share one.
/// </summary>
public sealed class ExecutorQueue
{
    private readonly Lock _gate = new();
    private readonly LinkedList<IThreadPoolWorkItem> _waiting = []; // guarded by _gate
    private readonly Drain _drain;
    private bool _isRunning;                                 // guarded by _gate: a thread runs what waits

    /// <summary>Makes a queue.</summary>
    /// <param name="name">What the work is for, for messages.</param>
    /// <param name="capacity">How much work may wait; more is refused.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is not positive.</exception>
    public ExecutorQueue(string name, int capacity = 1024)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        (Name, Capacity) = (name, capacity);
        _drain = new Drain(this);
    }

    /// <summary>What the work is for.</summary>
    public string Name { get; }

    /// <summary>How much work may wait.</summary>
    public int Capacity { get; }

    /// <summary>How much work waits; what runs does not count. Any thread.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    /// <summary>Runs blocking work after all that was given before. Execution contexts do not flow into it. A virtual clock stands still until it is over. Loop's thread only; allocates
    /// nothing in the steady state when the function is static.</summary>
    /// <typeparam name="TState">What the function is given.</typeparam>
    /// <typeparam name="TResult">The result's type.</typeparam>
    /// <param name="loop">The loop on which its end is awaited.</param>
    /// <param name="function">The work; its exception becomes the task's.</param>
    /// <param name="state">What the function is given.</param>
    /// <param name="cancellationToken">While it waits: it leaves the queue and never runs. While it runs: it goes on, and the queue waits for it, but the task is cancelled, its result
    /// dropped, and an exception of it goes to <see cref="MainLoop.UnhandledException"/>.</param>
    /// <returns>Its result, on the loop. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">The queue is full, or this is another thread than the loop's.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask<TResult> Run<TState, TResult>(
        MainLoop loop, Func<TState, CancellationToken, TResult> function, TState state, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(loop);
        ArgumentNullException.ThrowIfNull(function);
        return new LoopTask<TResult>(loop.Start(this, function, state, cancellationToken));
    }

    /// <summary>Runs blocking work after all that was given before, for no loop: what has to be done though its loop has ended, such as closing a device. It is taken when the queue is full, too. Any thread.</summary>
    /// <param name="action">The work; its exception becomes the task's.</param>
    /// <returns>Its end.</returns>
    public Task Run(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        var work = new LooplessWork(action);
        _ = TryAdd(work.Place, int.MaxValue);
        return work.End;
    }

    internal bool TryAdd(ExecutorWork work) => TryAdd(work.Place, Capacity);

    /// <summary>Takes work out that will never run.</summary>
    internal void Remove(ExecutorWork work)
    {
        lock (_gate)
        {
            if (work.Place.List is not null)
            {
                _waiting.Remove(work.Place);
            }
        }
    }

    private bool TryAdd(LinkedListNode<IThreadPoolWorkItem> place, int capacity)
    {
        lock (_gate)
        {
            if (_waiting.Count >= capacity)
            {
                return false;
            }

            _waiting.AddLast(place);
            if (_isRunning)
            {
                return true;
            }

            _isRunning = true;
        }

        ThreadPool.UnsafeQueueUserWorkItem(_drain, preferLocal: false);
        return true;
    }

    private void RunAll()
    {
        HelperThread.SettlePoolThread();
        while (true)
        {
            IThreadPoolWorkItem work;
            lock (_gate)
            {
                if (_waiting.First is not { } first)
                {
                    _isRunning = false;
                    return;
                }

                _waiting.RemoveFirst();
                work = first.Value;
            }

            work.Execute();
        }
    }

    private sealed class LooplessWork : IThreadPoolWorkItem
    {
        private readonly Action _action;
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LooplessWork(Action action)
        {
            _action = action;
            Place = new LinkedListNode<IThreadPoolWorkItem>(this);
        }

        public LinkedListNode<IThreadPoolWorkItem> Place { get; }

        public Task End => _end.Task;

        public void Execute()
        {
            try
            {
                _action();
                _end.SetResult();
            }
            catch (Exception exception)
            {
                _end.SetException(exception);
            }
        }
    }

    private sealed class Drain(ExecutorQueue queue) : IThreadPoolWorkItem
    {
        void IThreadPoolWorkItem.Execute() => queue.RunAll();
    }
}
