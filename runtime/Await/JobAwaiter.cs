using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Mainspring;

/// <summary>What <c>await job</c> uses. It resumes on the job's loop.</summary>
public readonly struct JobAwaiter : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly Job _job;

    internal JobAwaiter(Job job) => _job = job;

    /// <summary>Whether the job is done, and this the loop's thread.</summary>
    public bool IsCompleted => _job.IsDone && _job.Loop.IsOnOwnThread;

    MainLoop? ILoopAwaiter.Loop => _job.Loop;

    /// <summary>Ends the wait: throws what the job threw.</summary>
    /// <exception cref="InvalidOperationException">The job is not done: it cannot be waited for synchronously.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public void GetResult()
    {
        MainLoop.TakeOtherResumption();
        switch (_job.State)
        {
            case JobState.Running:
                throw _job.Loop.WaitedForSynchronously($"Job '{_job.Name}'");
            case JobState.Cancelled:
                throw new OperationCanceledException($"Job '{_job.Name}' was cancelled.");
            case JobState.Faulted:
                ExceptionDispatchInfo.Throw(_job.Exception!);
                break;
        }
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => Continue(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => Continue(continuation);

    void ILoopAwaiter.Continue(object continuation) => Continue(continuation);

    private void Continue(object continuation)
    {
        if (_job.Loop.IsOnOwnThread)
        {
            _job.OnDone(continuation);
        }
        else
        {
            _job.Loop.PostWait(_job, continuation);
        }
    }
}

/// <summary>What <c>await job</c> uses for a job with a result.</summary>
/// <typeparam name="T">The result's type.</typeparam>
public readonly struct JobAwaiter<T> : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly Job<T> _job;

    internal JobAwaiter(Job<T> job) => _job = job;

    /// <inheritdoc cref="JobAwaiter.IsCompleted"/>
    public bool IsCompleted => new JobAwaiter(_job).IsCompleted;

    MainLoop? ILoopAwaiter.Loop => _job.Loop;

    /// <summary>Ends the wait: returns the job's result, or throws what the job threw.</summary>
    /// <returns>The result.</returns>
    /// <exception cref="InvalidOperationException">The job is not done: it cannot be waited for synchronously.</exception>
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public T? GetResult()
    {
        new JobAwaiter(_job).GetResult();
        return _job.Result;
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => new JobAwaiter(_job).OnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => new JobAwaiter(_job).OnCompleted(continuation);

    void ILoopAwaiter.Continue(object continuation) => ((ILoopAwaiter)new JobAwaiter(_job)).Continue(continuation);
}
