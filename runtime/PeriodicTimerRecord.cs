namespace Mainspring;

/// <summary>A periodic timer's part that one-shot timers do not have.</summary>
internal sealed class PeriodicTimerRecord(MainLoop loop, object callback, object? state, string? name, long periodNs)
    : CallbackRecord(loop, callback, state, name)
{
    /// <summary>The place of the timer that its handle knows.</summary>
    public int Place { get; set; }

    /// <summary>The timer of the next period.</summary>
    public long NextTimer { get; set; }

    /// <summary>How many periods were skipped because the loop came too late for them.</summary>
    public long Missed { get; private set; }

    /// <summary>The deadline after the one that has just passed, on the same grid.</summary>
    public long Next(long deadlineNs, long nowNs)
    {
        long next = NextOnGrid(deadlineNs, periodNs, nowNs, out long missed);
        Missed += missed;
        return next;
    }

    /// <summary>The first point of the grid after <paramref name="nowNs"/>, so that no period drifts and none comes in a burst.</summary>
    public static long NextOnGrid(long deadlineNs, long periodNs, long nowNs, out long missed)
    {
        missed = Math.Max(0, (nowNs - deadlineNs) / periodNs);
        return Nanoseconds.Deadline(deadlineNs, periodNs * (missed + 1));
    }
}
