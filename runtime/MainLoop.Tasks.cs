using System.Runtime.CompilerServices;

namespace Mainspring;

// Tasks: those that the loop runs to their end, and those that it makes.
public sealed partial class MainLoop
{
    private readonly LinkedList<ExecutorWork> _executing = []; // guarded by itself: any thread starts and leaves

    /// <summary>Runs tasks on the loop's thread, as posts; for code that takes a <see cref="System.Threading.Tasks.TaskScheduler"/>. Any thread.</summary>
    public TaskScheduler TaskScheduler => Volatile.Read(ref field) ?? Interlocked.CompareExchange(ref field, new LoopTaskScheduler(this), null) ?? field;

    /// <summary>Runs the loop until the function's task has completed. The function itself runs on the loop too, in the first round.</summary>
    /// <param name="function">The function; what its task throws is thrown here.</param>
    /// <exception cref="InvalidOperationException">The loop runs already, or was stopped before the task had completed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    [OverloadResolutionPriority(1)]
    public void Run(Func<Task> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        RunFunction(function).GetAwaiter().GetResult();
    }

    /// <summary>As <see cref="Run(Func{Task})"/>, and returns the result.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function; what its task throws is thrown here.</param>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The loop runs already, or was stopped before the task had completed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    [OverloadResolutionPriority(1)]
    public T Run<T>(Func<Task<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return RunFunction(function).GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Run(Func{Task})"/>
    public void Run(Func<LoopTask> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        RunFunction(() => function().AsTask()).GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Run{T}(Func{Task{T}})"/>
    public T Run<T>(Func<LoopTask<T>> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return RunFunction(() => function().AsTask()).GetAwaiter().GetResult();
    }

    /// <summary>Runs blocking work on the thread pool, or on <see cref="DefaultExecutor"/>. Execution contexts do not flow into it. A virtual clock stands still meanwhile.</summary>
    /// <param name="action">The work; its exception becomes the task's.</param>
    /// <param name="cancellationToken">Before the work has begun: it never runs. Afterwards it goes on, but the task is cancelled, and a later exception of it goes to <see cref="UnhandledException"/>.</param>
    /// <returns>Its end, on the loop. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">The default executor was shut down, by <see cref="ShutdownExecutor"/>.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask RunInExecutor(Action action, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(action);
        return new LoopTask(Start<Nothing>(
            _ =>
            {
                action();
                return default;
            },
            action,
            null,
            cancellationToken));
    }

    /// <summary>Runs a blocking function on the thread pool, as <see cref="RunInExecutor(Action, CancellationToken)"/>.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function; its exception becomes the task's.</param>
    /// <param name="cancellationToken">See <see cref="RunInExecutor(Action, CancellationToken)"/>.</param>
    /// <returns>Its result, on the loop. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask<T> RunInExecutor<T>(Func<T> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new LoopTask<T>(Start(_ => function(), function, null, cancellationToken));
    }

    /// <summary>Runs a blocking function, which is given the token, on the thread pool, as <see cref="RunInExecutor(Action, CancellationToken)"/>.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function; its exception becomes the task's.</param>
    /// <param name="cancellationToken">See <see cref="RunInExecutor(Action, CancellationToken)"/>.</param>
    /// <returns>Its result, on the loop. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask<T> RunInExecutor<T>(Func<CancellationToken, T> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new LoopTask<T>(Start(function, function, null, cancellationToken));
    }

    /// <summary>Waits for the next event of a type, from this call on. Loop's thread only; allocates nothing when it is awaited.</summary>
    /// <typeparam name="TEvent">The exact type that the source emits.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>The event; an <see cref="InvalidOperationException"/> when the source is removed. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">The source was removed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled already.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask<TEvent> WaitFor<TEvent>(SourceHandle source, CancellationToken cancellationToken = default)
        where TEvent : struct =>
        WaitFor<TEvent>(source, null, cancellationToken);

    /// <summary>Waits for the next event of a type for which a condition holds. The condition is asked as each event is emitted, so that none is missed.</summary>
    /// <typeparam name="TEvent">The exact type that the source emits.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="condition">The condition; an exception of it ends the wait. Null takes any event of the type.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>The event; an <see cref="InvalidOperationException"/> when the source is removed. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">The source was removed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled already.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask<TEvent> WaitFor<TEvent>(SourceHandle source, Func<TEvent, bool>? condition, CancellationToken cancellationToken = default)
        where TEvent : struct
    {
        CheckWaitFor(source, cancellationToken);
        var wait = (TypedEventWait<TEvent>?)TaskPool.Take(typeof(TypedEventWait<TEvent>)) ?? new TypedEventWait<TEvent>(this);
        wait.Start(source, condition, cancellationToken);
        return new LoopTask<TEvent>(wait);
    }

    /// <summary>Waits for the next event of whatever type, as <see cref="WaitFor{TEvent}(SourceHandle, CancellationToken)"/>.</summary>
    /// <param name="source">The source.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>The event's coming. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">The source was removed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled already.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask WaitFor(SourceHandle source, CancellationToken cancellationToken = default)
    {
        CheckWaitFor(source, cancellationToken);
        var wait = (AnyEventWait?)TaskPool.Take(typeof(AnyEventWait)) ?? new AnyEventWait(this);
        wait.Start(source, cancellationToken);
        return new LoopTask(wait);
    }

    /// <summary>Gives a task a time limit. Of a result and a time-out at the same time the result wins. The task itself goes on after the limit; a later exception of it goes to
    /// <see cref="UnhandledException"/>. Loop's thread only.</summary>
    /// <param name="task">The task.</param>
    /// <param name="timeout">The limit, from now; <see cref="Timeout.InfiniteTimeSpan"/> is none.</param>
    /// <returns>The task's end, or a <see cref="TimeoutException"/>. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask WithTimeout(LoopTask task, TimeSpan timeout) =>
        task.Source is null ? task : new LoopTask(Limited(new LoopTask<Nothing>(task.Source, task.Version), timeout, null, null));

    /// <inheritdoc cref="WithTimeout(LoopTask, TimeSpan)"/>
    /// <typeparam name="T">The result's type.</typeparam>
    public LoopTask<T> WithTimeout<T>(LoopTask<T> task, TimeSpan timeout) => Limited(task, timeout, null, null);

    /// <inheritdoc cref="WithTimeout(LoopTask, TimeSpan)"/>
    public LoopTask WithTimeout(Task task, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new LoopTask(Limited(Adopt(task), timeout, task, null));
    }

    /// <inheritdoc cref="WithTimeout(LoopTask, TimeSpan)"/>
    /// <typeparam name="T">The result's type.</typeparam>
    public LoopTask<T> WithTimeout<T>(Task<T> task, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(task);
        return Limited(Adopt(task), timeout, task, null);
    }

    /// <summary>As <see cref="WithTimeout{T}(LoopTask{T}, TimeSpan)"/>, for a function whose token is cancelled when the time has come. One that heeds it has ended when the exception is thrown; another is not waited for.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="timeout">The limit, from now.</param>
    /// <param name="cancellationToken">Cancels the function, too.</param>
    /// <returns>The result, or a <see cref="TimeoutException"/>. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask<T> WithTimeout<T>(Func<CancellationToken, LoopTask<T>> function, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        return Limited(function(cancellation.Token), timeout, null, cancellation);
    }

    /// <summary>As <see cref="WithTimeout(LoopTask, TimeSpan)"/>, for a function whose token is cancelled when the time has come. One that heeds it has ended when the exception is thrown; another is not waited for.</summary>
    /// <param name="function">The function.</param>
    /// <param name="timeout">The limit, from now.</param>
    /// <param name="cancellationToken">Cancels the function, too.</param>
    /// <returns>The function's end, or a <see cref="TimeoutException"/>. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask WithTimeout(Func<CancellationToken, LoopTask> function, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        var cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        LoopTask task = function(cancellation.Token);
        return task.Source is null ? task : new LoopTask(Limited(new LoopTask<Nothing>(task.Source, task.Version), timeout, null, cancellation));
    }

    /// <summary>Runs a function that starts parts of its work in a group, and is over when all of them are: none outlives it. When one fails, the others are cancelled, and its exception is
    /// thrown here once they have ended; the exceptions of further ones go to <see cref="UnhandledException"/>. Loop's thread only.</summary>
    /// <param name="function">The function.</param>
    /// <param name="cancellationToken">Cancels the parts; an <see cref="OperationCanceledException"/> is thrown when they have ended.</param>
    /// <returns>The end of it all. It is awaited once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask RunGroup(Func<TaskGroup, LoopTask> function, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(function);
        CheckAccess("RunGroup");
        ThrowIfDisposed(_isClosing);
        return new TaskGroup(this, cancellationToken).RunAsync(function);
    }

    /// <summary>The frames from now on, as a stream: <c>await foreach</c> goes on in the given phase of each. A frame that comes while its body still waits for something else is
    /// not seen. Allocates nothing per frame.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>The frames.</returns>
    /// <exception cref="InvalidOperationException">The loop has no frames: it is event-driven.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public IAsyncEnumerable<Frame> Frames(FramePhase phase = FramePhase.Update, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)phase, (uint)FramePhase.Present, nameof(phase));
        ThrowIfDisposed(_isClosing);
        return HasTurns
            ? throw new InvalidOperationException($"Loop '{Name}' has no frames: give it LoopOptions.FrameRate or Pacing.Host, or await NextFrame for its turns.")
            : new FrameStream(this, _awaits[phase], cancellationToken);
    }

    /// <summary>Starts work of a queue.</summary>
    internal LoopTaskSource<TResult> Start<TState, TResult>(
        ExecutorQueue queue, Func<TState, CancellationToken, TResult> function, TState state, CancellationToken cancellationToken)
    {
        CheckAccess("ExecutorQueue.Run");
        ThrowIfDisposed(_isClosing);
        if (cancellationToken.IsCancellationRequested)
        {
            var cancelled = new LoopTaskSource<TResult>(this);
            cancelled.SetException(new OperationCanceledException(cancellationToken));
            return cancelled;
        }

        QueuedWork<TState, TResult> work = QueuedWork<TState, TResult>.Take(this, queue, function, state);
        Enter(work);
        work.Start(cancellationToken);
        if (!queue.TryAdd(work))
        {
            work.Refuse();
            throw new InvalidOperationException(
                $"{queue.Name}: {queue.Capacity} pieces of work wait already, which is all that its queue takes: ask for less at a time, or await one before the next.");
        }

        return work.Source;
    }

    /// <summary>The work is over, or never begins. Any thread.</summary>
    internal void Leave(ExecutorWork work)
    {
        lock (_executing)
        {
            _executing.Remove(work.Node);
            if (work.IsOnDefault && --_defaultWork == 0)
            {
                _executorEmpty?.TrySetResult();
            }
        }

        Interlocked.Decrement(ref OutstandingWork);
    }

    private void Enter(ExecutorWork work)
    {
        Interlocked.Increment(ref OutstandingWork);
        lock (_executing)
        {
            _executing.AddLast(work.Node);
            _defaultWork += work.IsOnDefault ? 1 : 0;
        }
    }

    private void AbandonExecutorWork()
    {
        ExecutorWork[] abandoned;
        lock (_executing)
        {
            abandoned = _executing.Copy();
        }

        foreach (ExecutorWork work in abandoned)
        {
            work.Abandon(DisposedWhileWaiting("RunInExecutor"));
        }
    }

    private TTask RunFunction<TTask>(Func<TTask> function)
        where TTask : Task
    {
        TTask? task = null;
        System.Runtime.ExceptionServices.ExceptionDispatchInfo? failure = null;
        CallbackHandle start = CallSoon(() =>
        {
            try
            {
                task = function() ?? throw new InvalidOperationException($"The function that loop '{Name}' was to run gave no task, but null.");
            }
            catch (Exception exception)
            {
                failure = System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(exception); // before there was a task
                return;
            }

            _ = task.ContinueWith(
                static (_, loop) => ((MainLoop)loop!).Nudge(), this, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        });
        try
        {
            RunWhile(() => failure is null && task is not { IsCompleted: true }, long.MaxValue);
        }
        finally
        {
            start.Cancel();
        }

        failure?.Throw();
        return task is { IsCompleted: true } ? task : throw new InvalidOperationException($"Loop '{Name}' was stopped before the function's task had completed.");
    }

    private LoopTask<T> Limited<T>(LoopTask<T> task, TimeSpan timeout, Task? outer, CancellationTokenSource? cancellation)
    {
        ThrowIfDisposed(_isClosing);
        if (timeout == Timeout.InfiniteTimeSpan)
        {
            return task;
        }

        if (task.Source is null || task.Source.IsOver(task.Version))
        {
            cancellation?.Dispose();
            return task;
        }

        return new TimeoutWait<T>(this, timeout, outer, cancellation).Start(task);
    }

    // A task of the framework's, seen from the loop.
    private async LoopTask<Nothing> Adopt(Task task)
    {
        await SwitchTo();
        await task;
        return default;
    }

    private async LoopTask<T> Adopt<T>(Task<T> task)
    {
        await SwitchTo();
        return await task;
    }

    private void CheckWaitFor(SourceHandle source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        CheckAccess("WaitFor");
        ThrowIfDisposed(_isClosing);
        cancellationToken.ThrowIfCancellationRequested();
        if (source.Loop != this || source.State == SourceState.Removed)
        {
            throw new InvalidOperationException($"Source '{source.Name}' is not (or no longer) one of loop '{Name}': there will be no event of it.");
        }
    }
}
