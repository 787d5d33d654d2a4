using System.Collections;

namespace Mainspring;

public sealed partial class MainLoop
{
    internal JobTable JobTable { get; } = new();

    /// <summary>The jobs that are running, in the order of their start. Loop's thread only; the list is a copy.</summary>
    public IReadOnlyList<Job> Jobs => JobTable.All();

    /// <summary>
    /// Starts a routine as a job: it runs in steps, from one <c>yield return</c> to the next, the first one in the next frame (in an event-driven loop: in the next turn).
    /// </summary>
    /// <param name="routine">The routine. It may yield null (the next frame), a <see cref="TimeSpan"/>, a <see cref="Wait"/>, another <see cref="IEnumerator"/> or <see cref="Job"/>,
    /// a <see cref="Task"/> or <see cref="ValueTask"/>, a <see cref="CancellationToken"/> or a <see cref="SourceHandle"/>.</param>
    /// <param name="phase">The phase of the frame in which it runs.</param>
    /// <param name="name">Its name in messages and traces; null takes the routine's.</param>
    /// <returns>The job.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public Job StartJob(IEnumerator routine, FramePhase phase = FramePhase.Update, string? name = null) =>
        StartJob(JobRoutine.From(routine), phase, name);

    /// <summary>Starts a routine of waits as a job: as <see cref="StartJob(IEnumerator, FramePhase, string?)"/>, and its steps allocate nothing.</summary>
    /// <param name="routine">The routine.</param>
    /// <param name="phase">The phase of the frame in which it runs.</param>
    /// <param name="name">Its name in messages and traces; null takes the routine's.</param>
    /// <returns>The job.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public Job StartJob(IEnumerator<Wait> routine, FramePhase phase = FramePhase.Update, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(routine);
        CheckJob(phase);
        return Start(new Job(this, routine, phase, name, JobTable.Running));
    }

    /// <summary>Starts a routine that has a result.</summary>
    /// <typeparam name="T">The result's type.</typeparam>
    /// <param name="routine">Makes the routine; it puts its result where it is told.</param>
    /// <param name="phase">The phase of the frame in which it runs.</param>
    /// <param name="name">Its name in messages and traces; null takes the routine's.</param>
    /// <returns>The job.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public Job<T> StartJob<T>(Func<JobResult<T>, IEnumerator<Wait>> routine, FramePhase phase = FramePhase.Update, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(routine);
        CheckJob(phase);
        var result = new JobResult<T>();
        return Start(new Job<T>(this, routine(result), result, phase, name, JobTable.Running));
    }

    // The jobs of one phase, after its callbacks.
    internal void RunJobs(FramePhase phase)
    {
        JobTable.Run(this, phase, isObserved: _options.Profile || _trace is not null, _trace);
        RunAwaiters(phase);
        _ambient.Restore();
        Volatile.Write(ref _steps, _steps + 1);
    }

    // Without frames a turn takes their place.
    private void RunTurn()
    {
        JobTable.BeginFrame();
        _awaits.BeginFrame();
        _isInFrame = true;
        for (FramePhase phase = FramePhase.Input; phase <= FramePhase.Present; phase++)
        {
            RunJobs(phase);
        }

        _isInFrame = false;
    }

    private TJob Start<TJob>(TJob job)
        where TJob : Job
    {
        JobTable.Add(job);
        TellForeignLoop();
        return job;
    }

    private void CheckJob(FramePhase phase)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)phase, (uint)FramePhase.Present, nameof(phase));
        CheckAccess("StartJob");
        ThrowIfDisposed(_isClosing);
    }
}
