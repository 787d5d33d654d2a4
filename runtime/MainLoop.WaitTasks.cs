namespace Mainspring;

public sealed partial class MainLoop
{
    /// <summary>
    /// Waits for several tasks without taking their results: asyncio's <c>wait</c>. It throws none of their exceptions, and cancels none of them. (For all results <see cref="Task.WhenAll(Task[])"/>, for one after the other
    /// <see cref="Task.WhenEach(Task[])"/>.) Loop's thread only.
    /// </summary>
    /// <param name="tasks">The tasks, at least one.</param>
    /// <param name="returnWhen">What ends the wait.</param>
    /// <param name="timeout">What ends it too; null, or <see cref="Timeout.InfiniteTimeSpan"/>, waits as long as it takes.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop; the tasks go on.</param>
    /// <returns>Which are over, and which are not. It is awaited once.</returns>
    /// <exception cref="ArgumentException">There is no task, or one of them is null.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public LoopTask<TaskSets> WaitTasks(
        IEnumerable<Task> tasks, ReturnWhen returnWhen = ReturnWhen.AllCompleted, TimeSpan? timeout = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)returnWhen, (uint)ReturnWhen.FirstException, nameof(returnWhen));
        CheckAccess();
        ThrowIfDisposed(_isClosing);
        Task[] all = [.. tasks.Distinct()];
        if (all.Length == 0 || all.Contains(null))
        {
            throw new ArgumentException(all.Length == 0 ? "There is no task to wait for." : "One of the tasks is null.", nameof(tasks));
        }

        return Wait(all, returnWhen, timeout == Timeout.InfiniteTimeSpan ? null : timeout, cancellationToken);
    }

    private async LoopTask<TaskSets> Wait(Task[] tasks, ReturnWhen returnWhen, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listening = new CancellationTokenSource(); // so that nothing of this stays with tasks that go on
        using CancellationTokenRegistration cancelled = cancellationToken.UnsafeRegister(_ => over.TrySetCanceled(cancellationToken), null);
        TimerHandle timer = timeout is { } limit ? CallLater(limit, static over => over.TrySetResult(), over) : default;
        int left = tasks.Length;
        foreach (Task task in tasks)
        {
            _ = task.ContinueWith(Ended, listening.Token, TaskContinuationOptions.ExecuteSynchronously, System.Threading.Tasks.TaskScheduler.Default);
        }

        try
        {
            await over.Task;
        }
        finally
        {
            timer.Cancel();
            listening.Cancel();
        }

        return new TaskSets([.. tasks.Where(static task => task.IsCompleted)], [.. tasks.Where(static task => !task.IsCompleted)]);

        void Ended(Task task)
        {
            bool isLast = Interlocked.Decrement(ref left) == 0;
            if (isLast || returnWhen == ReturnWhen.FirstCompleted || (returnWhen == ReturnWhen.FirstException && task.IsFaulted))
            {
                over.TrySetResult();
            }
        }
    }
}
