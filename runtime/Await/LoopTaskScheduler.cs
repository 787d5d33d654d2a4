namespace Mainspring;

/// <summary>Runs tasks as posts of the loop.</summary>
internal sealed class LoopTaskScheduler : TaskScheduler
{
    private readonly MainLoop _loop;
    private readonly SendOrPostCallback _execute;

    public LoopTaskScheduler(MainLoop loop)
    {
        _loop = loop;
        _execute = task => TryExecuteTask((Task)task!);
    }

    public override int MaximumConcurrencyLevel => 1;

    // After the loop's end to the thread pool, as continuations go: a task that never ran would keep others waiting for ever.
    protected override void QueueTask(Task task) => _loop.PostContinuation(_execute, task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        _loop.IsOnOwnThread && !taskWasPreviouslyQueued && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
