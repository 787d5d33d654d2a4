namespace Mainspring;

// Where work that blocks is run.
public sealed partial class MainLoop
{
    private TaskCompletionSource? _executorEmpty; // guarded by _executing
    private int _defaultWork;                     // guarded by _executing: pieces of work of the default executor
    private volatile bool _isExecutorShut;

    /// <summary>
    /// Where <see cref="RunInExecutor(Action, CancellationToken)"/> and what the loop itself has to look up run; null, as at first, is the framework's thread pool. asyncio's <c>set_default_executor</c>. It belongs to who has set it; only
    /// <see cref="ShutdownExecutor"/> shuts a <see cref="ThreadExecutor"/> down.
    /// </summary>
    public TaskScheduler? DefaultExecutor { get; set; }

    /// <summary>Runs blocking work on an executor of the caller's: a <see cref="ThreadExecutor"/>, or any scheduler. Otherwise as <see cref="RunInExecutor(Action, CancellationToken)"/>.</summary>
    /// <param name="executor">Where it runs.</param>
    /// <param name="action">The work; its exception becomes the task's.</param>
    /// <param name="cancellationToken">See <see cref="RunInExecutor(Action, CancellationToken)"/>.</param>
    /// <returns>Its end, on the loop. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">The executor takes no work: it was shut down.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask RunInExecutor(TaskScheduler executor, Action action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(action);
        return new LoopTask(Start<Nothing>(
            _ =>
            {
                action();
                return default;
            },
            action,
            executor,
            cancellationToken));
    }

    /// <inheritdoc cref="RunInExecutor(TaskScheduler, Action, CancellationToken)"/>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function, which is given the token; its exception becomes the task's.</param>
    public LoopTask<T> RunInExecutor<T>(TaskScheduler executor, Func<CancellationToken, T> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(function);
        return new LoopTask<T>(Start(function, function, executor, cancellationToken));
    }

    /// <inheritdoc cref="RunInExecutor(TaskScheduler, Action, CancellationToken)"/>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function; its exception becomes the task's.</param>
    public LoopTask<T> RunInExecutor<T>(TaskScheduler executor, Func<T> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(executor);
        ArgumentNullException.ThrowIfNull(function);
        return new LoopTask<T>(Start(_ => function(), function, executor, cancellationToken));
    }

    /// <summary>
    /// Closes the default executor for this loop and waits until its work is done, that which was cancelled and goes on all the same too: asyncio's <c>shutdown_default_executor</c>. From now on
    /// <see cref="RunInExecutor(Action, CancellationToken)"/> throws. A <see cref="ThreadExecutor"/> in <see cref="DefaultExecutor"/> is shut down, and its threads have ended. Loop's thread only.
    /// </summary>
    /// <param name="timeout">How long to wait, by the loop's clock (a virtual one stands still meanwhile); null waits until the end. What is not done by then goes on, and the log says so.</param>
    /// <returns>Whether all was done in time. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public async LoopTask<bool> ShutdownExecutor(TimeSpan? timeout = null)
    {
        CheckAccess();
        _isExecutorShut = true;
        Task ended = (DefaultExecutor as ThreadExecutor)?.DisposeAsync().AsTask() ?? ExecutorEmpty();
        if (timeout is not { } limit)
        {
            await ended;
            return true;
        }

        try
        {
            await WithTimeout(ended, limit);
            return true;
        }
        catch (TimeoutException)
        {
            Log.Write(LogSeverity.Warning, Name, $"The executor's work was not done in {limit.TotalSeconds:0.###} s: {_defaultWork} pieces of it go on.");
            return false;
        }
    }

    private Task ExecutorEmpty()
    {
        lock (_executing)
        {
            return _defaultWork == 0 ? Task.CompletedTask : (_executorEmpty ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    // Starts what is awaited on another thread. The one place that knows on which.
    private static void Execute(ExecutorWork work, TaskScheduler? executor)
    {
        if (executor is null || executor == System.Threading.Tasks.TaskScheduler.Default)
        {
            ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: false);
            return;
        }

        bool isFlowing = !ExecutionContext.IsFlowSuppressed();
        AsyncFlowControl flow = isFlowing ? ExecutionContext.SuppressFlow() : default;
        try
        {
            _ = Task.Factory.StartNew(
                static work => ((ExecutorWork)work!).Execute(), work, CancellationToken.None, TaskCreationOptions.DenyChildAttach, executor);
        }
        catch (TaskSchedulerException exception)
        {
            work.Refuse();
            throw new InvalidOperationException(exception.InnerException?.Message ?? exception.Message, exception);
        }
        finally
        {
            if (isFlowing)
            {
                flow.Undo();
            }
        }
    }

    private LoopTaskSource<T> Start<T>(Func<CancellationToken, T> function, Delegate name, TaskScheduler? executor, CancellationToken cancellationToken)
    {
        ThrowIfDisposed(_isClosing);
        if (executor is null && _isExecutorShut)
        {
            throw new InvalidOperationException($"RunInExecutor was called after ShutdownExecutor of loop '{Name}': its default executor takes no work any more.");
        }

        var work = new ExecutorWork<T>(this, function, WorkName.Of(name)) { IsOnDefault = executor is null };
        if (cancellationToken.IsCancellationRequested)
        {
            work.Source.SetException(new OperationCanceledException(cancellationToken));
            return work.Source;
        }

        Enter(work);
        work.Start(cancellationToken);
        Execute(work, executor ?? DefaultExecutor);
        return work.Source;
    }
}
