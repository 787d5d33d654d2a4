using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>Conversions between the public <see cref="TimeSpan"/> (100 ns) and the nanoseconds that the loop calculates in.</summary>
internal static class Nanoseconds
{
    public const long PerMicrosecond = 1_000;
    public const long PerMillisecond = 1_000_000;
    public const long PerSecond = 1_000_000_000;

    /// <summary>The farthest deadline, 146 years after the start: it and whatever is later is never due.</summary>
    public const long Farthest = (1L << 62) - 1;

    /// <summary>Nanoseconds of a time; times beyond <see cref="Farthest"/> become it, negative ones 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long From(TimeSpan time) =>
        (ulong)time.Ticks <= Farthest / 100 ? time.Ticks * 100 : time.Ticks < 0 ? 0 : Farthest;

    /// <summary>The time, rounded down to 100 ns.</summary>
    public static TimeSpan ToTimeSpan(long ns) => ns == long.MaxValue ? TimeSpan.MaxValue : new TimeSpan(ns / 100);

    /// <summary>The time, rounded up to 100 ns: who waits until then finds due what is due at <paramref name="ns"/>.</summary>
    public static TimeSpan ToTimeSpanRoundedUp(long ns) => ns == long.MaxValue ? TimeSpan.MaxValue : new TimeSpan((ns / 100) + (ns % 100 > 0 ? 1 : 0));

    /// <summary>A delay in seconds as nanoseconds, rounded up, so that nothing is early.</summary>
    /// <exception cref="ArgumentOutOfRangeException">NaN, infinite, or beyond <see cref="TimeSpan"/>.</exception>
    public static long FromSeconds(double seconds, string argument)
    {
        if (!double.IsFinite(seconds) || Math.Abs(seconds) > TimeSpan.MaxValue.TotalSeconds)
        {
            throw new ArgumentOutOfRangeException(argument, seconds, $"'{argument}' is a finite number of seconds that a TimeSpan can hold.");
        }

        double ns = Math.Ceiling(seconds * PerSecond);
        return ns <= 0 ? 0 : ns >= Farthest ? Farthest : (long)ns;
    }

    /// <summary>The deadline that is <paramref name="delayNs"/> after <paramref name="nowNs"/>, at most <see cref="Farthest"/>.</summary>
    public static long Deadline(long nowNs, long delayNs) =>
        delayNs >= Farthest - nowNs ? Farthest : nowNs + delayNs;
}
