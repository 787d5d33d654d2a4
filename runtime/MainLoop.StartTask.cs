using System.Runtime.CompilerServices;

namespace Mainspring;

// Tasks that the loop knows by name, and that can be cancelled.
public sealed partial class MainLoop
{
    private readonly LinkedList<StartedTask> _started = []; // guarded by itself: after the loop's end, tasks end on other threads
    private int _startedCount;
    private readonly LinkedList<WeakReference<UnseenException>> _unseen = []; // guarded by itself: finalizers take theirs out
    private long _taskNumber;

    /// <summary>The tasks that were started and are not over, in the order of their start: asyncio's <c>all_tasks</c>. A copy. Any thread.</summary>
    public IReadOnlyList<StartedTask> Tasks
    {
        get
        {
            lock (_started)
            {
                return _started.Copy();
            }
        }
    }

    /// <summary>
    /// Runs every task that <c>StartTask</c> starts, in its place: it is given the task and what runs its function, calls that, and gives a task that ends when it has ended. For those who measure, log or limit tasks. Null, as
    /// at first, calls the function itself.
    /// </summary>
    public Func<StartedTask, Func<Task>, Task>? TaskFactory { get; set; }

    /// <summary>
    /// Starts an asynchronous function beside everything else, in the next round: asyncio's <c>create_task</c>. (A method that is just called begins at once, and is known to nobody.) It keeps <see cref="RunOptions.UntilIdle"/>
    /// waiting. When the loop is disposed it is cancelled. What it throws goes to who awaits it; when nobody does, to <see cref="UnhandledException"/>, as the task is collected or at the loop's end. Loop's thread only.
    /// </summary>
    /// <param name="function">The function; its token is cancelled by <see cref="StartedTask.Cancel"/>.</param>
    /// <param name="name">Its name; null gives it a number.</param>
    /// <param name="context">What the values of <see cref="AsyncLocal{T}"/> are at its beginning, from <see cref="ExecutionContext.Capture"/>; null takes those of the caller. What it sets, others do not see.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    [OverloadResolutionPriority(1)]
    public StartedTask StartTask(Func<CancellationToken, Task> function, string? name = null, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Begin(new StartedTask(this, function, name, context ?? ExecutionContext.Capture()));
    }

    /// <inheritdoc cref="StartTask(Func{CancellationToken, Task}, string?, ExecutionContext?)"/>
    /// <typeparam name="T">The result's type.</typeparam>
    [OverloadResolutionPriority(1)]
    public StartedTask<T> StartTask<T>(Func<CancellationToken, Task<T>> function, string? name = null, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Begin(new StartedTask<T>(this, function, name, context ?? ExecutionContext.Capture()));
    }

    /// <inheritdoc cref="StartTask(Func{CancellationToken, Task}, string?, ExecutionContext?)"/>
    public StartedTask StartTask(Func<CancellationToken, LoopTask> function, string? name = null, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return StartTask(token => function(token).AsTask(), name, context);
    }

    /// <inheritdoc cref="StartTask{T}(Func{CancellationToken, Task{T}}, string?, ExecutionContext?)"/>
    public StartedTask<T> StartTask<T>(Func<CancellationToken, LoopTask<T>> function, string? name = null, ExecutionContext? context = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return StartTask(token => function(token).AsTask(), name, context);
    }

    /// <summary>
    /// Cancels all tasks that were started, those that they start meanwhile too, and waits until they are over. What one throws instead is reported to <see cref="UnhandledException"/>. A task that ignores its token is waited for. It is what
    /// <see cref="LoopRunner"/> does at the end. The task within which it is called is left alone, if <see cref="StartedTask.Current"/> knows it there. Loop's thread only.
    /// </summary>
    /// <returns>The end of them all. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public async LoopTask CancelTasks()
    {
        CheckAccess();
        StartedTask? caller = StartedTask.Current;
        for (StartedTask[] left; (left = [.. Tasks.Where(task => task != caller)]).Length > 0;)
        {
            foreach (StartedTask task in left)
            {
                task.Cancel();
            }

            foreach (StartedTask task in left)
            {
                await task.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
                if (task.Exception is { } exception)
                {
                    ReportException(exception, $"Task '{task.Name}' failed while it was cancelled", task);
                }
            }
        }
    }

    internal long NextTaskNumber() => ++_taskNumber;

    /// <summary>Starts a task that begins at once, for what came in a callback of the loop and so has waited already.</summary>
    internal StartedTask StartTaskNow(Func<CancellationToken, LoopTask> function, string name)
    {
        CheckAccess("StartTask");
        ThrowIfDisposed(_isClosing);
        var task = new StartedTask(this, token => function(token).AsTask(), name, null);
        Enter(task);
        task.BeginNow();
        return task;
    }

    /// <summary>Nobody has seen an exception yet. Any thread.</summary>
    internal void Enter(UnseenException exception)
    {
        lock (_unseen)
        {
            _unseen.AddLast(exception.Node);
        }
    }

    /// <summary>Somebody has. Any thread.</summary>
    internal void Leave(UnseenException exception)
    {
        lock (_unseen)
        {
            if (exception.Node.List is not null)
            {
                _unseen.Remove(exception.Node);
            }
        }
    }

    /// <summary>Hands the exceptions that nobody has seen to the handlers, since there is no more time to wait for a collection.</summary>
    internal void ReportUnseen()
    {
        WeakReference<UnseenException>[] unseen;
        lock (_unseen)
        {
            unseen = _unseen.Copy();
        }

        foreach (WeakReference<UnseenException> reference in unseen)
        {
            if (reference.TryGetTarget(out UnseenException? exception))
            {
                exception.Report();
            }
        }
    }

    /// <summary>The task is over. Any thread.</summary>
    internal void Forget(StartedTask task)
    {
        lock (_started)
        {
            _started.Remove(task.Node);
            _startedCount--;
        }
    }

    private TTask Begin<TTask>(TTask task)
        where TTask : StartedTask
    {
        CheckAccess("StartTask");
        ThrowIfDisposed(_isClosing);
        Enter(task);
        task.Begin();
        return task;
    }

    private void Enter(StartedTask task)
    {
        lock (_started)
        {
            _started.AddLast(task.Node);
            _startedCount++;
        }
    }

    // In Dispose. What they wait for from the loop is cancelled right afterwards.
    private void AbandonTasks()
    {
        foreach (StartedTask task in Tasks)
        {
            if (IsDebug)
            {
                Log.Write(LogSeverity.Warning, Name, $"Task '{task.Name}' was not over when the loop was disposed: await it, or call CancelTasks before.");
            }

            task.Abandon();
        }
    }
}
