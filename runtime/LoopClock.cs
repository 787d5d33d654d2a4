namespace Mainspring;

/// <summary>
/// The one clock of a loop: monotonic, in nanoseconds since the loop's start. The loop reads it once per tick
/// (<see cref="MainLoop.Now"/>), and again only where a wait or a measurement needs it.
/// </summary>
public abstract class LoopClock
{
    private MainLoop? _loop;

    private protected LoopClock()
    {
    }

    /// <summary>The wall-clock time at the loop's start, for <see cref="TimeProvider.GetUtcNow"/>.</summary>
    internal abstract DateTimeOffset UtcStart { get; }

    /// <summary>Nanoseconds since the start, now. Any thread.</summary>
    internal abstract long ReadNs();

    /// <summary>Called when the loop would block: waits until <paramref name="deadlineNs"/>, an event or a wake, by this clock's notion of time.</summary>
    /// <returns>How many sources are ready in the poller.</returns>
    internal abstract int Wait(Poller poller, long deadlineNs, bool onlyWakes);

    /// <summary>The time on the system's monotonic clock that this clock's time stands for; <see cref="long.MaxValue"/> for never.</summary>
    internal abstract long ToSystemNs(long ns);

    /// <summary>Whether real descriptors can be waited for on this clock's time.</summary>
    internal virtual bool AllowsDescriptors => true;

    internal MainLoop? Loop => _loop;

    internal void Bind(MainLoop loop)
    {
        if (Interlocked.CompareExchange(ref _loop, loop, null) is not null)
        {
            throw new InvalidOperationException("This clock already belongs to a loop; give every loop a clock of its own.");
        }
    }
}
