using System.Diagnostics;

namespace Mainspring.Embed;

/// <summary>Times of C, nanoseconds on CLOCK_MONOTONIC, and the loop's, since its start.</summary>
internal sealed class Times
{
    public const long Never = long.MaxValue;

    private const int Samples = 16;
    private const long NsPerTick = 100;
    private const long Farthest = (1L << 62) - NsPerTick; // what the loop takes for never, within its rounding

    private readonly long _originNs; // the loop's start; at most the time that it takes to read a clock too early, so that no timer is

    public Times(TimeProvider loopTime)
    {
        long shortest = long.MaxValue;
        for (int i = 0; i < Samples; i++)
        {
            long before = SystemNs();
            long elapsed = loopTime.GetTimestamp();
            long took = SystemNs() - before;
            if (took < shortest)
            {
                shortest = took;
                _originNs = before - elapsed;
            }
        }
    }

    /// <summary>CLOCK_MONOTONIC now.</summary>
    public static long SystemNs() => Stopwatch.GetTimestamp(); // in nanoseconds, on this clock, wherever there are descriptors

    /// <summary>A duration, rounded up; a negative one is none.</summary>
    public static TimeSpan Duration(long ns) => ns <= 0 ? TimeSpan.Zero : ns == Never ? TimeSpan.MaxValue : new TimeSpan(((ns - 1) / NsPerTick) + 1);

    public static long Duration(TimeSpan time) => time.Ticks >= Farthest / NsPerTick ? Never : time.Ticks * NsPerTick;

    /// <summary>A time as the loop's, rounded up; one before the loop's start is its start.</summary>
    public TimeSpan ToLoop(long ns) => ns == Never ? TimeSpan.MaxValue : Duration(ns <= _originNs ? 0 : ns - _originNs);

    /// <summary>A time of the loop's.</summary>
    public long FromLoop(TimeSpan time) => Duration(time) is var ns && ns < Never - _originNs ? _originNs + ns : Never;
}
