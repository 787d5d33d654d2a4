using System.Diagnostics;

namespace Mainspring.Scheduler;

/// <summary>
/// Work that keeps the processor busy until a time is over. It calculates between two looks at the clock, so it is right to a fraction of
/// a microsecond on any machine; time in which the system runs something else counts as worked.
/// </summary>
internal sealed class BusyWork
{
    private const int RoundsPerLook = 64; // about 100 ns

    private ulong _number = 0x9E3779B97F4A7C15;

    /// <summary>Nanoseconds on the monotonic clock, from an arbitrary start.</summary>
    public static long NowNs => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    /// <summary>Works from a time on until so many nanoseconds are over.</summary>
    /// <returns>When it was over.</returns>
    public long Run(long startNs, long ns)
    {
        long nowNs = startNs;
        while (nowNs - startNs < ns)
        {
            for (int i = 0; i < RoundsPerLook; i++)
            {
                _number = (_number * 6364136223846793005) + (_number >> 29) + 1442695040888963407;
            }

            nowNs = NowNs;
        }

        return nowNs;
    }
}
