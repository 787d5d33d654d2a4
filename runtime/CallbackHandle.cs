using System.Diagnostics;

namespace Mainspring;

/// <summary>
/// A callback that was scheduled. It may be kept for as long as one likes: the lane's positions are never used twice, so a
/// handle whose callback has run never means another one. Loop's thread only.
/// </summary>
[DebuggerDisplay("{IsPending ? \"pending\" : \"done\"} {Priority} {Position}")]
public readonly record struct CallbackHandle
{
    private readonly MainLoop? _loop;
    private readonly long _token; // position << 3 | priority

    internal CallbackHandle(MainLoop loop, long position, Priority priority)
    {
        _loop = loop;
        _token = (position << 3) | (long)priority;
    }

    /// <summary>Whether the callback has still to run. False while it runs.</summary>
    public bool IsPending => _loop is not null && _loop.IsCallbackPending(Priority, Position);

    /// <summary>The lane in which it waits.</summary>
    public Priority Priority => (Priority)(_token & 7);

    internal long Position => _token >> 3;

    /// <summary>Keeps the callback from running. Of no effect, and false, when it runs, has run or was cancelled.</summary>
    /// <returns>Whether it was pending.</returns>
    public bool Cancel() => _loop is not null && _loop.CancelCallback(Priority, Position);
}
