namespace Mainspring;

// Actions that run less often than they are called for.
public sealed partial class MainLoop
{
    private const int LargestBurst = 1_000_000;

    /// <summary>
    /// Limits how often an action runs. A call within the rate runs it in the next round. A call beyond the rate runs it as soon as the rate allows, and
    /// further calls until then are one with it (<see cref="RateLimited.Coalesced"/>): the last call always has a run after it.
    /// </summary>
    /// <param name="action">The action.</param>
    /// <param name="perSecond">How many runs a second, from 0.001 to 1,000,000, in the loop's time. The interval is rounded up to whole nanoseconds.</param>
    /// <param name="burst">How many runs may follow each other at once after a rest, from 1 to 1,000,000: the size of the token bucket.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>What to call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The rate or the burst is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public RateLimited Throttle(Action action, double perSecond, int burst = 1, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(action);
        CheckRate(perSecond, nameof(perSecond));
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(burst, LargestBurst);
        CheckAccess();
        return new Throttled(this, action, perSecond, burst, name);
    }

    /// <summary>Runs an action once its calls have come to a rest. All calls until then are one run.</summary>
    /// <param name="action">The action.</param>
    /// <param name="quiet">How long no call must have come, in the loop's time; zero is the next tick.</param>
    /// <param name="maxWait">How long the first call may wait when they never rest; null waits for ever.</param>
    /// <param name="name">Its name in messages and traces; null takes the method's.</param>
    /// <returns>What to call.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public RateLimited Debounce(Action action, TimeSpan quiet, TimeSpan? maxWait = null, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfLessThan(quiet, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxWait ?? TimeSpan.Zero, TimeSpan.Zero, nameof(maxWait));
        CheckAccess();
        return new Debounced(this, action, Nanoseconds.From(quiet), maxWait is { } longest ? Nanoseconds.From(longest) : Nanoseconds.Farthest, name);
    }

    // For a record that is its own entry, again and again: nothing is allocated.
    internal CallbackHandle CallSoon(CallbackRecord record)
    {
        CheckAccess("Call");
        var handle = new CallbackHandle(this, _normal.Add(CallbackRecord.Runner, record), Priority.Normal);
        TellForeignLoop();
        return handle;
    }

    internal TimerHandle CallAtNs(long deadlineNs, CallbackRecord record)
    {
        CheckAccess("Call");
        var handle = new TimerHandle(this, Timers.Add(deadlineNs, CallbackRecord.Runner, record));
        TellForeignLoop();
        return handle;
    }
}
