namespace Mainspring;

/// <summary>
/// Waits for a deadline of the system's clock by sleeping and then spinning: <see cref="Precision.Hybrid"/> and <see cref="Precision.Spin"/>. While it
/// spins the loop counts as awake, so that posts cost their threads no system call; it sees them here.
/// </summary>
internal sealed class PreciseWait(MainLoop loop, Precision precision)
{
    /// <summary>With <see cref="Precision.Spin"/>: deadlines farther away than this are slept for until then.</summary>
    public const long HorizonNs = Nanoseconds.PerSecond;

    /// <summary>What a tick without work takes at the most, coming from a sleep.</summary>
    public const long LeadNs = 30 * Nanoseconds.PerMicrosecond;

    // Between two looks at descriptors, a system call each. Posts and Stop are looked at all the time.
    private const long LookNs = 10 * Nanoseconds.PerMicrosecond;

    private readonly OvershootMargin? _margin = precision == Precision.Hybrid ? new OvershootMargin() : null;
    private long _spins;
    private long _spunNs;

    public PrecisionStats Stats => new(_spins, Nanoseconds.ToTimeSpan(_spunNs), Nanoseconds.ToTimeSpan(MarginNs));

    private long MarginNs => _margin?.Ns ?? HorizonNs;

    /// <summary>As <see cref="Poller.Wait"/>, for a loop that has said that it sleeps.</summary>
    public int Wait(Poller poller, long deadlineNs, bool onlyWakes)
    {
        if (deadlineNs == long.MaxValue)
        {
            return poller.Wait(deadlineNs, onlyWakes);
        }

        long nowNs = MonotonicClock.SystemNs();
        long spinFromNs = deadlineNs - MarginNs;
        bool looks = true;
        if (nowNs < spinFromNs)
        {
            int ready = poller.Wait(spinFromNs, onlyWakes);
            long wokenNs = MonotonicClock.SystemNs();
            if (wokenNs < spinFromNs || loop.HasNewsToHear || (ready > 0 && !onlyWakes))
            {
                return ready; // an event or a wake
            }

            _margin?.Learn(wokenNs - spinFromNs);
            nowNs = wokenNs;
            looks = false; // the poller has just looked
        }
        else
        {
            _margin?.Skip(deadlineNs - nowNs);
        }

        loop.StayAwake();
        return nowNs < deadlineNs ? Spin(poller, deadlineNs, nowNs, looks, onlyWakes) : onlyWakes ? poller.Wait(0) : 0;
    }

    /// <summary>Spins to a time, without looking at anything else.</summary>
    /// <returns>When it ended.</returns>
    public static long SpinUntil(LoopClock clock, long deadlineNs)
    {
        long nowNs = clock.ReadNs();
        while (nowNs < deadlineNs)
        {
#pragma warning disable RS0030 // as below
            Thread.SpinWait(1);
#pragma warning restore RS0030
            nowNs = clock.ReadNs();
        }

        return nowNs;
    }

    // A frame-locked loop takes descriptors at its deadline, and not before.
    private int Spin(Poller poller, long deadlineNs, long startNs, bool looksFirst, bool onlyWakes)
    {
        long nowNs = startNs;
        long lookNs = onlyWakes || !loop.WatchesDescriptors ? long.MaxValue : looksFirst ? startNs : startNs + LookNs;
        int ready = 0;
        while (nowNs < deadlineNs && !loop.HasNewsToHear)
        {
            if (nowNs >= lookNs)
            {
                ready = poller.Wait(0);
                if (ready > 0)
                {
                    break;
                }

                lookNs = MonotonicClock.SystemNs() + LookNs;
            }

#pragma warning disable RS0030 // the one tail that spins: a few pause instructions, so that a sibling hyperthread has the core
            Thread.SpinWait(1);
#pragma warning restore RS0030
            nowNs = MonotonicClock.SystemNs();
        }

        _spins++;
        _spunNs += nowNs - startNs;
        return onlyWakes ? poller.Wait(0) : ready;
    }
}
