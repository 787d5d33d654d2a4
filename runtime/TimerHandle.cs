using System.Diagnostics;

namespace Mainspring;

/// <summary>
/// A timer that was scheduled. It may be kept for as long as one likes: a timer's number is never used twice, so a handle
/// whose timer has run never means another one, although its place in memory is reused. Loop's thread only.
/// </summary>
[DebuggerDisplay("{IsPending ? \"pending\" : \"done\"} {When}")]
public readonly record struct TimerHandle
{
    private readonly MainLoop? _loop;
    private readonly int _index;
    private readonly long _sequence;

    internal TimerHandle(MainLoop loop, int index, long sequence)
    {
        _loop = loop;
        _index = index;
        _sequence = sequence;
    }

    /// <summary>Whether the callback has still to run; for a periodic timer, until it is cancelled.</summary>
    public bool IsPending => _loop is not null && _loop.Timers.IsPending(_index, _sequence);

    /// <summary>When it is due next, since the loop's start; null when it is no longer pending.</summary>
    public TimeSpan? When => _loop is not null && _loop.Timers.DeadlineOf(_index, _sequence) is { } ns ? Nanoseconds.ToTimeSpan(ns) : null;

    /// <summary>For a periodic timer: how many periods were skipped because the loop came too late for them.</summary>
    public long MissedPeriods => _loop?.Timers.MissedPeriods(_index, _sequence) ?? 0;

    /// <summary>Keeps the callback from running; also when it is due already and waits for its turn. Of no effect, and false, when it was not pending.</summary>
    /// <returns>Whether it was pending.</returns>
    public bool Cancel() => _loop is not null && _loop.CancelTimer(_index, _sequence);

    /// <summary>Lets <see cref="RunOptions.UntilIdle"/> end although this timer is pending.</summary>
    public void Unref() => _loop?.Timers.SetReferenced(_index, _sequence, false);

    /// <summary>Undoes <see cref="Unref"/>.</summary>
    public void Ref() => _loop?.Timers.SetReferenced(_index, _sequence, true);
}
