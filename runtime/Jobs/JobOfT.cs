namespace Mainspring;

/// <summary>Where a routine puts its result; see <see cref="MainLoop.StartJob{T}(Func{JobResult{T}, IEnumerator{Wait}}, FramePhase, string?)"/>.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public sealed class JobResult<T>
{
    /// <summary>The result.</summary>
    public T? Value { get; set; }
}

/// <summary>A job with a result.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public sealed class Job<T> : Job
{
    private readonly JobResult<T> _result;

    internal Job(MainLoop loop, IEnumerator<Wait> routine, JobResult<T> result, FramePhase phase, string? name, Job? parent)
        : base(loop, routine, phase, name, parent) => _result = result;

    /// <inheritdoc cref="Job.GetAwaiter"/>
    public new JobAwaiter<T> GetAwaiter() => new(this);

    /// <summary>What the routine has put into its <see cref="JobResult{T}"/>.</summary>
    /// <exception cref="InvalidOperationException">The job has not completed; when it threw, its exception is the inner one.</exception>
    public T? Result => State == JobState.Completed
        ? _result.Value
        : throw new InvalidOperationException($"Job '{Name}' has no result: it is {State}.", Exception);
}
