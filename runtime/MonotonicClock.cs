using System.Diagnostics;

namespace Mainspring;

/// <summary>The system's monotonic clock. On Linux (CLOCK_MONOTONIC) it does not count the time in which the machine was suspended; on Windows (QueryPerformanceCounter) it does, and what was due meanwhile runs when the machine is awake.</summary>
public sealed class MonotonicClock : LoopClock
{
    private readonly long _originNs = SystemNs();

#pragma warning disable RS0030 // the loop's start on the wall clock, for TimeProvider; read once
    internal override DateTimeOffset UtcStart { get; } = TimeProvider.System.GetUtcNow();
#pragma warning restore RS0030

    internal override long ReadNs() => SystemNs() - _originNs;

    internal override int Wait(Poller poller, long deadlineNs, bool onlyWakes) =>
        Loop!.PreciseWait is { } precise ? precise.Wait(poller, ToSystemNs(deadlineNs), onlyWakes) : poller.Wait(ToSystemNs(deadlineNs), onlyWakes);

    internal override long ToSystemNs(long ns) => ns > long.MaxValue - _originNs ? long.MaxValue : _originNs + ns;

    /// <summary>The system's monotonic time in nanoseconds; the only place in the runtime that reads it.</summary>
    internal static long SystemNs()
    {
#pragma warning disable RS0030 // the one clock
        long stamp = Stopwatch.GetTimestamp();
#pragma warning restore RS0030
        return Stopwatch.Frequency == 1_000_000_000
            ? stamp
            : Stopwatch.Frequency == 10_000_000 // Windows
            ? stamp * 100
            : (long)((Int128)stamp * 1_000_000_000 / Stopwatch.Frequency);
    }
}
