using System.Collections;

namespace Mainspring;

/// <summary>
/// What a job yields: for how long, or for what, it waits. <c>default</c> is the next frame of the job's phase (in an event-driven loop: the next
/// turn). Jobs that yield it through <see cref="IEnumerator{T}"/> of <see cref="Wait"/> allocate nothing per step.
/// </summary>
public readonly struct Wait
{
    internal Wait(object? what, long value)
    {
        What = what;
        Value = value;
    }

    /// <summary>The next frame: what <c>yield return null</c> means too.</summary>
    public static Wait NextFrame => default;

    /// <summary>
    /// The next fixed step (without <see cref="LoopOptions.FixedStep"/>: the next <see cref="FramePhase.FixedUpdate"/>): the job goes on there, and with its next wait returns to its
    /// own phase. Jobs of <see cref="FramePhase.FixedUpdate"/> need not ask for it: there <see cref="NextFrame"/> and <see cref="Frames"/> count fixed steps.
    /// </summary>
    public static Wait FixedStep => new(WaitKind.FixedStep, 0);

    // Null: frames, Value of them beyond the next one. Otherwise a WaitKind, or the very thing that is waited for.
    internal object? What { get; }

    internal long Value { get; }

    internal bool IsNextFrame => What is null && Value == 0;

    /// <summary>A number of frames; 1 is the next one.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>What to yield.</returns>
    public static Wait Frames(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new Wait(null, count - 1);
    }

    /// <summary>
    /// A delay, from <see cref="MainLoop.Now"/>. One that directly follows another delay goes on from the deadline of that one, when its end is still ahead: a job that waits for
    /// 10 ms again and again does not drift.
    /// </summary>
    /// <param name="delay">The delay; a negative one is over at once.</param>
    /// <returns>What to yield.</returns>
    public static Wait For(TimeSpan delay) => new(WaitKind.Delay, Nanoseconds.From(delay));

    /// <summary>A delay in seconds; see <see cref="For(TimeSpan)"/>.</summary>
    /// <param name="seconds">The delay in seconds; a negative one is over at once.</param>
    /// <returns>What to yield.</returns>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite, or beyond <see cref="TimeSpan"/>.</exception>
    public static Wait For(double seconds) => new(WaitKind.Delay, Nanoseconds.FromSeconds(seconds, nameof(seconds)));

    /// <summary>A time since the loop's start.</summary>
    /// <param name="when">The time; one that has passed is over at once.</param>
    /// <returns>What to yield.</returns>
    public static Wait At(TimeSpan when) => new(WaitKind.Deadline, Nanoseconds.From(when));

    /// <summary>Until a condition holds. It is asked in every frame of the job's phase, for the first time in the next one.</summary>
    /// <param name="condition">The condition.</param>
    /// <returns>What to yield.</returns>
    public static Wait Until(Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new Wait(condition, 1);
    }

    /// <summary>As long as a condition holds. It is asked in every frame of the job's phase, for the first time in the next one.</summary>
    /// <param name="condition">The condition.</param>
    /// <returns>What to yield.</returns>
    public static Wait While(Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return new Wait(condition, 0);
    }

    /// <summary>
    /// The next event of a source of the same loop, of whatever type. When the source was removed, or is while the job waits, the job fails with an
    /// <see cref="InvalidOperationException"/>.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <returns>What to yield.</returns>
    public static Wait Event(SourceHandle source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new Wait(source, 0);
    }

    /// <summary>Another routine, which runs to its end as a part of this job.</summary>
    /// <param name="routine">The routine.</param>
    /// <returns>What to yield.</returns>
    public static Wait Routine(IEnumerator<Wait> routine)
    {
        ArgumentNullException.ThrowIfNull(routine);
        return new Wait(routine, 0);
    }

    /// <summary>Another routine, which runs to its end as a part of this job.</summary>
    /// <param name="routine">The routine.</param>
    /// <returns>What to yield.</returns>
    public static Wait Routine(IEnumerator routine) => Routine(JobRoutine.From(routine));

    /// <summary>The end of another job of the same loop (of another loop's: wait for its <see cref="Mainspring.Job.Completion"/>). When that one fails, this one fails with the same exception; when it is cancelled, so is this one.</summary>
    /// <param name="job">The job.</param>
    /// <returns>What to yield.</returns>
    public static Wait Job(Job job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return new Wait(job, 0);
    }

    /// <summary>The end of a task. When it fails, the job fails with the same exception; when it is cancelled, so is the job.</summary>
    /// <param name="task">The task.</param>
    /// <returns>What to yield.</returns>
    public static Wait Task(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return new Wait(task, 0);
    }

    /// <summary>The end of a loop task, which counts as its one await. When it fails, the job fails with the same exception; when it is cancelled, so is the job.</summary>
    /// <param name="task">The task.</param>
    /// <returns>What to yield.</returns>
    public static Wait Task(LoopTask task) => task.Source is null ? Task(System.Threading.Tasks.Task.CompletedTask) : new Wait(task.Source, task.Version);

    /// <summary>The end of a loop task, which counts as its one await; its result is dropped.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="task">The task.</param>
    /// <returns>What to yield.</returns>
    public static Wait Task<T>(LoopTask<T> task) => task.Source is null ? Task(System.Threading.Tasks.Task.CompletedTask) : new Wait(task.Source, task.Version);

    /// <summary>The cancellation of a token.</summary>
    /// <param name="token">The token.</param>
    /// <returns>What to yield.</returns>
    public static Wait Cancellation(CancellationToken token) => new(new CancellationWait(token), 0);

    /// <summary>A delay: <see cref="For(TimeSpan)"/>.</summary>
    /// <param name="delay">The delay.</param>
    public static implicit operator Wait(TimeSpan delay) => For(delay);

    /// <summary>The end of a job: <see cref="Job(Mainspring.Job)"/>.</summary>
    /// <param name="job">The job.</param>
    public static implicit operator Wait(Job job) => Job(job);

    /// <summary>The end of a task: <see cref="Task(System.Threading.Tasks.Task)"/>.</summary>
    /// <param name="task">The task.</param>
    public static implicit operator Wait(Task task) => Task(task);

    /// <summary>The end of a loop task: <see cref="Task(LoopTask)"/>.</summary>
    /// <param name="task">The task.</param>
    public static implicit operator Wait(LoopTask task) => Task(task);
}

/// <summary>Waits whose thing is a number.</summary>
internal sealed class WaitKind
{
    public static readonly WaitKind Delay = new();
    public static readonly WaitKind Deadline = new();
    public static readonly WaitKind FixedStep = new();
}

/// <summary>A wait for a token, which is a struct.</summary>
internal sealed record CancellationWait(CancellationToken Token);
