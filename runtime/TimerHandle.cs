using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>
/// A timer that was scheduled. It may be kept for as long as one likes: a place in memory counts the timers that use it, so a handle
/// whose timer has run never means another one, although its place in memory is reused. Loop's thread only.
/// </summary>
[DebuggerDisplay("{IsPending ? \"pending\" : \"done\"} {When}")]
public readonly record struct TimerHandle
{
    private readonly MainLoop? _loop;
    private readonly long _token; // generation << 32 | index

    internal TimerHandle(MainLoop loop, long token)
    {
        _loop = loop;
        _token = token;
    }

    /// <summary>Whether the callback has still to run; for a periodic timer, until it is cancelled.</summary>
    public bool IsPending => _loop is not null && _loop.Timers.IsPending(_token);

    /// <summary>When it is due next, since the loop's start; null when it is no longer pending.</summary>
    public TimeSpan? When => _loop is not null && _loop.Timers.DeadlineOf(_token) is { } ns ? Nanoseconds.ToTimeSpan(ns) : null;

    /// <summary>For a periodic timer: how many periods were skipped because the loop came too late for them.</summary>
    public long MissedPeriods => _loop?.Timers.MissedPeriods(_token) ?? 0;

    /// <summary>Keeps the callback from running; also when it is due already and waits for its turn. Of no effect, and false, when it was not pending.</summary>
    /// <returns>Whether it was pending.</returns>
    public bool Cancel() => _loop is not null && _loop.CancelTimer(_token);

    /// <summary>Lets <see cref="RunOptions.UntilIdle"/> end although this timer is pending.</summary>
    public void Unref() => SetReferenced(false);

    /// <summary>Undoes <see cref="Unref"/>.</summary>
    public void Ref() => SetReferenced(true);

    private void SetReferenced(bool referenced, [CallerMemberName] string call = "")
    {
        if (_loop is not null)
        {
            _loop.CheckAccess(call, evenDisposed: true);
            _loop.Timers.SetReferenced(_token, referenced);
        }
    }
}
