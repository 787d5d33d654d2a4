namespace Mainspring;

/// <summary>Work of an <see cref="ExecutorQueue"/>. The loop's pool keeps it for the next one, unless it was cancelled.</summary>
internal sealed class QueuedWork<TState, TResult> : ExecutorWork
{
    private ExecutorQueue? _queue;
    private Func<TState, CancellationToken, TResult>? _function;
    private TState? _state;
    private TResult? _result;

    private QueuedWork(MainLoop loop)
        : base(loop) => Source = new QueuedSource(loop, this);

    public QueuedSource Source { get; }

    protected override string Name => _queue?.Name ?? "";

    public static QueuedWork<TState, TResult> Take(MainLoop loop, ExecutorQueue queue, Func<TState, CancellationToken, TResult> function, TState state)
    {
        var source = (QueuedSource?)loop.TaskPool.Take(typeof(QueuedSource));
        QueuedWork<TState, TResult> work = source?.Work ?? new QueuedWork<TState, TResult>(loop);
        work.Renew();
        (work._queue, work._function, work._state) = (queue, function, state);
        return work;
    }

    protected override void Call() => _result = _function!(_state!, Token);

    protected override void Succeed() => Source.SetResult(_result!);

    protected override void Fail(Exception exception) => Source.SetException(exception);

    protected override void OnNeverRun() => _queue!.Remove(this);

    private void GiveBack()
    {
        if (IsOver) // otherwise the queue, a thread or a post still knows it
        {
            (_state, _result) = (default, default);
            Source.Loop!.TaskPool.Add(typeof(QueuedSource), Source);
        }
    }

    /// <summary>Its end, as what a task stands on.</summary>
    internal sealed class QueuedSource(MainLoop loop, QueuedWork<TState, TResult> work) : LoopTaskSource<TResult>(loop)
    {
        public QueuedWork<TState, TResult> Work => work;

        public override string Name => work.Name;

        protected override void GiveBack() => work.GiveBack();
    }
}
