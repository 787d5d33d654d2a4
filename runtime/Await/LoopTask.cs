using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// The loop's own task type, for <c>async LoopTask</c> methods: they allocate nothing when they are called again and again, and do no work for execution contexts, so values
/// of <see cref="AsyncLocal{T}"/> do not flow through them. Await it once, on the loop's thread; what awaits it goes on in the phase of the frame in which it ended, otherwise in
/// the next round. <c>default</c> has completed.
/// </summary>
[AsyncMethodBuilder(typeof(LoopTaskMethodBuilder))]
public readonly struct LoopTask
{
    internal LoopTask(LoopTaskSource<Nothing>? source)
    {
        Source = source;
        Version = source?.Version ?? 0;
    }

    internal LoopTask(LoopTask<Nothing> task)
    {
        Source = task.Source;
        Version = task.Version;
    }

    internal LoopTaskSource<Nothing>? Source { get; }

    internal int Version { get; }

    /// <summary>Whether it has come to its end, whichever; true also when it was awaited.</summary>
    public bool IsCompleted => Source is null || Source.Version != Version || Source.Status != LoopTaskStatus.Pending;

    /// <summary>The awaiter.</summary>
    /// <returns>The awaiter.</returns>
    public LoopTaskAwaiter GetAwaiter() => new(this);

    /// <summary>Says that nobody will await the task: when it fails, <see cref="MainLoop.UnhandledException"/> is raised at once. Without it, that happens when the task is collected.</summary>
    /// <exception cref="InvalidOperationException">It was awaited before.</exception>
    public void Forget() => Source?.Forget(Version);

    /// <summary>This task as a <see cref="Task"/>, which may be kept, awaited often, and given to any thread. Counts as the one await.</summary>
    /// <returns>The task.</returns>
    /// <exception cref="InvalidOperationException">It was awaited before.</exception>
    public Task AsTask() => Source is null ? Task.CompletedTask : TaskOfLoopTask<Nothing>.From(Source, Version);
}

/// <summary>As <see cref="LoopTask"/>, with a result.</summary>
/// <typeparam name="T">The result's type.</typeparam>
[AsyncMethodBuilder(typeof(LoopTaskMethodBuilder<>))]
public readonly struct LoopTask<T>
{
    internal LoopTask(T result) => Result = result;

    internal LoopTask(LoopTaskSource<T> source)
        : this(source, source.Version)
    {
    }

    internal LoopTask(LoopTaskSource<T> source, int version)
    {
        Source = source;
        Version = version;
    }

    internal LoopTaskSource<T>? Source { get; }

    internal int Version { get; }

    internal T? Result { get; }

    /// <inheritdoc cref="LoopTask.IsCompleted"/>
    public bool IsCompleted => Source is null || Source.Version != Version || Source.Status != LoopTaskStatus.Pending;

    /// <summary>The awaiter.</summary>
    /// <returns>The awaiter.</returns>
    public LoopTaskAwaiter<T> GetAwaiter() => new(this);

    /// <inheritdoc cref="LoopTask.Forget"/>
    public void Forget() => Source?.Forget(Version);

    /// <inheritdoc cref="LoopTask.AsTask"/>
    public Task<T> AsTask() => Source is null ? Task.FromResult(Result!) : TaskOfLoopTask<T>.From(Source, Version);
}

/// <summary>What <c>await</c> of a <see cref="LoopTask"/> uses.</summary>
public readonly struct LoopTaskAwaiter : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly LoopTask _task;

    internal LoopTaskAwaiter(LoopTask task) => _task = task;

    /// <summary>Whether the task is over.</summary>
    /// <exception cref="InvalidOperationException">It was awaited before.</exception>
    public bool IsCompleted => _task.Source is null || _task.Source.IsOver(_task.Version);

    MainLoop? ILoopAwaiter.Loop => null;

    /// <summary>Ends the wait: throws what the task threw.</summary>
    /// <exception cref="InvalidOperationException">The task is not over: it cannot be waited for synchronously. Or it was awaited before.</exception>
    public void GetResult() => _task.Source?.GetResult(_task.Version);

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _task.Source!.OnOver(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _task.Source!.OnOver(continuation);

    void ILoopAwaiter.Continue(object continuation) => _task.Source!.OnOver(continuation);
}

/// <summary>What <c>await</c> of a <see cref="LoopTask{T}"/> uses.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public readonly struct LoopTaskAwaiter<T> : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly LoopTask<T> _task;

    internal LoopTaskAwaiter(LoopTask<T> task) => _task = task;

    /// <inheritdoc cref="LoopTaskAwaiter.IsCompleted"/>
    public bool IsCompleted => _task.Source is null || _task.Source.IsOver(_task.Version);

    MainLoop? ILoopAwaiter.Loop => null;

    /// <summary>Ends the wait: returns the result, or throws what the task threw.</summary>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The task is not over: it cannot be waited for synchronously. Or it was awaited before.</exception>
    public T GetResult() => _task.Source is { } source ? source.GetResult(_task.Version) : _task.Result!;

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _task.Source!.OnOver(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _task.Source!.OnOver(continuation);

    void ILoopAwaiter.Continue(object continuation) => _task.Source!.OnOver(continuation);
}
