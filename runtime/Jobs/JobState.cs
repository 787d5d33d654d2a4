namespace Mainspring;

/// <summary>Where a job is in its life.</summary>
public enum JobState
{
    /// <summary>It has more to do: it waits, or runs just now.</summary>
    Running,

    /// <summary>It came to its end.</summary>
    Completed,

    /// <summary>It was cancelled, or let an <see cref="OperationCanceledException"/> out: its <c>finally</c> blocks have run.</summary>
    Cancelled,

    /// <summary>It threw; see <see cref="Job.Exception"/>.</summary>
    Faulted,
}

/// <summary>What a job has cost.</summary>
/// <param name="Steps">How often it was resumed.</param>
/// <param name="Time">The time in its steps, with <see cref="LoopOptions.Profile"/>; otherwise zero.</param>
/// <param name="LongestStep">The longest of them, with <see cref="LoopOptions.Profile"/>; otherwise zero.</param>
public readonly record struct JobStats(long Steps, TimeSpan Time, TimeSpan LongestStep);
