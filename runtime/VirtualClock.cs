namespace Mainspring;

/// <summary>
/// A clock for tests and replay that drives the same engine. Time stands still while anything is runnable. When the
/// loop would sleep, and no work of an executor is outstanding, it jumps to the next deadline (<see cref="Autojump"/>), or
/// passes at <see cref="Rate"/>; otherwise it moves by <see cref="Advance"/> only.
/// </summary>
public sealed class VirtualClock : LoopClock
{
    private long _nowNs;
    private long _rateSinceNs;
    private bool _hasWarned;

    /// <summary>Whether time jumps to the next deadline when the loop would sleep. True by default.</summary>
    public bool Autojump { get; init; } = true;

    /// <summary>
    /// Virtual seconds per real second; 0, the default, is no connection with real time. With a rate the loop really
    /// sleeps, and <see cref="Autojump"/> has no effect.
    /// </summary>
    public double Rate
    {
        get => field;
        init
        {
            if (!double.IsFinite(value) || value < 0)
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "The rate is a finite number of virtual seconds per real second, not below 0.");
            }

            field = value;
            _rateSinceNs = MonotonicClock.SystemNs();
        }
    }

    /// <summary>
    /// How much real time must pass without an event before time jumps. Null, the default, refuses real descriptors, since
    /// whether their events come before or after a jump would be chance.
    /// </summary>
    public TimeSpan? AutojumpThreshold { get; init; }

    /// <summary>The time at the loop's start that <see cref="MainLoop.TimeProvider"/> shows.</summary>
    public DateTimeOffset Start { get; init; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The virtual time since the loop's start.</summary>
    public TimeSpan Now => Nanoseconds.ToTimeSpan(ReadNs());

    /// <summary>How long, in real time, a loop without anything scheduled waits before it says so in its log.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    internal override DateTimeOffset UtcStart => Start;

    internal override bool AllowsDescriptors => AutojumpThreshold is not null || Rate > 0;

    /// <summary>
    /// Moves the time on, in one jump; a loop that waits looks again. What was due in between runs late, all of it in the next tick, and what it schedules counts from
    /// the late time. To pass through time deadline by deadline use <see cref="RunOptions.For"/> instead. Any thread.
    /// </summary>
    /// <param name="by">How far; not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative: time does not go back.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long byNs = Nanoseconds.From(by), nowNs;
        do
        {
            nowNs = Volatile.Read(ref _nowNs);
        }
        while (Interlocked.CompareExchange(ref _nowNs, Math.Min(Nanoseconds.Deadline(nowNs, byNs), Nanoseconds.Farthest - 1), nowNs) != nowNs);
        Loop?.Nudge();
    }

    internal override long ReadNs() =>
        Rate == 0 ? Volatile.Read(ref _nowNs) : Volatile.Read(ref _nowNs) + (long)((MonotonicClock.SystemNs() - _rateSinceNs) * Rate);

    internal override long ToSystemNs(long ns) =>
        Rate == 0 || ns == long.MaxValue ? long.MaxValue : MonotonicClock.SystemNs() + (long)Math.Min((ns - ReadNs()) / Rate, Nanoseconds.Farthest);

    internal override int Wait(Poller poller, long deadlineNs, bool onlyWakes)
    {
        long realNow = MonotonicClock.SystemNs();
        if (Rate > 0)
        {
            return poller.Wait(ToSystemNs(deadlineNs), onlyWakes);
        }

        if (!Autojump || Volatile.Read(ref Loop!.OutstandingWork) > 0)
        {
            return poller.Wait(long.MaxValue, onlyWakes); // only an event, a post or Advance can bring news
        }

        if (deadlineNs >= Nanoseconds.Farthest)
        {
            return WaitForOthers(poller, realNow, onlyWakes);
        }

        long thresholdNs = AutojumpThreshold is { } threshold ? Nanoseconds.From(threshold) : 0;
        int ready = poller.Wait(realNow + thresholdNs, onlyWakes);
        if (ready == 0 && !Loop.HasNewsToHear)
        {
            Volatile.Write(ref _nowNs, Math.Max(_nowNs, deadlineNs));
        }

        return ready;
    }

    // Nothing is scheduled. That is right while another thread is to post; a test that waits for nobody shall learn why it does not end.
    private int WaitForOthers(Poller poller, long realNow, bool onlyWakes)
    {
        if (_hasWarned)
        {
            return poller.Wait(long.MaxValue, onlyWakes);
        }

        int ready = poller.Wait(realNow + Nanoseconds.From(Patience), onlyWakes);
        if (ready == 0 && !Loop!.HasNewsToHear && MonotonicClock.SystemNs() - realNow >= Nanoseconds.From(Patience))
        {
            _hasWarned = true;
            Loop.WarnOfEndlessWait(Patience);
        }

        return ready;
    }
}
