namespace Mainspring;

/// <summary>
/// What becomes of a source that failed: how often and how fast the loop tries to attach it again. Attempts and delays start anew when the source has then
/// given bytes or events, or stayed attached for at least as long as the delay before; one that attaches and fails again sooner counts as an attempt that failed.
/// </summary>
public sealed record RetryPolicy
{
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(1);

    /// <summary>Tries again for ever: after 100 ms, then twice as long each time, up to 10 s.</summary>
    public static RetryPolicy Default { get; } = new();

    /// <summary>Never tries again: a source that failed stays detached.</summary>
    public static RetryPolicy Never { get; } = new() { MaxAttempts = 0 };

    /// <summary>The delay before the first attempt; less than 1 ms is 1 ms, so that a broken device cannot keep the loop busy.</summary>
    public TimeSpan InitialDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The factor from one delay to the next, at least 1.</summary>
    public double Factor { get; init; } = 2;

    /// <summary>The longest delay; less than 1 ms is 1 ms.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many attempts in a row may fail before the loop gives up; <see cref="int.MaxValue"/> never gives up.</summary>
    public int MaxAttempts { get; init; } = int.MaxValue;

    /// <summary>Whether a first <see cref="IEventSource.Attach"/> that throws is retried too. False: <c>loop.Add</c> throws.</summary>
    public bool RetryFirstAttach { get; init; }

    /// <summary>The delay before attempt <paramref name="attempt"/>, counted from 0.</summary>
    internal TimeSpan DelayBefore(int attempt)
    {
        double milliseconds = Math.Max(s_least.TotalMilliseconds, InitialDelay.TotalMilliseconds) * Math.Pow(Math.Max(1, Factor), attempt);
        TimeSpan delay = milliseconds < MaxDelay.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : MaxDelay;
        return delay > s_least ? delay : s_least;
    }
}
