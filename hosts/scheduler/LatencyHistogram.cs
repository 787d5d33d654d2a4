using System.Numerics;

namespace Mainspring.Scheduler;

/// <summary>
/// Counts times in nanoseconds in buckets that are linear within each power of two, so that every value is known to 1.6 %, from
/// nanoseconds to centuries. All its memory is taken at the start.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int Bits = 6; // 64 buckets for every power of two
    private const int Half = 1 << Bits;

    private readonly long[] _counts = new long[(64 - Bits) * Half];

    /// <summary>How many values.</summary>
    public long Count { get; private set; }

    /// <summary>The greatest value, exactly; 0 without any.</summary>
    public long Max { get; private set; }

    /// <summary>The least value, exactly; 0 without any.</summary>
    public long Min { get; private set; }

    /// <summary>Counts a value; a negative one is 0.</summary>
    public void Record(long ns)
    {
        ns = Math.Max(0, ns);
        Min = Count == 0 ? ns : Math.Min(Min, ns);
        Max = Math.Max(Max, ns);
        Count++;
        _counts[IndexOf(ns)]++;
    }

    /// <summary>The value that so many percent of all values do not exceed: never below the true one, and at most 1.6 % above it.</summary>
    /// <param name="percent">0 to 100.</param>
    public long Percentile(double percent)
    {
        long rank = Math.Clamp((long)Math.Ceiling(percent / 100 * Count), 1, Math.Max(1, Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return Math.Clamp(LastOf(i), Min, Max);
            }
        }

        return 0;
    }

    /// <summary>How many values are above the first and not above the second; exact to a bucket.</summary>
    public long CountBetween(long aboveNs, long toNs)
    {
        long count = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            long last = Math.Min(LastOf(i), Max); // no bucket reaches beyond what was seen
            count += _counts[i] > 0 && last > aboveNs && last <= toNs ? _counts[i] : 0;
        }

        return count;
    }

    // Up to 127 each value has its bucket; above, the leading 7 bits are the bucket.
    private static int IndexOf(long ns)
    {
        int shift = Math.Max(0, BitOperations.Log2((ulong)ns | 1) - Bits);
        return (shift << Bits) + (int)(ns >> shift);
    }

    // The greatest value of a bucket.
    private static long LastOf(int index)
    {
        int shift = Math.Max(0, (index >> Bits) - 1);
        long leading = index - ((long)shift << Bits);
        return ((leading + 1) << shift) - 1;
    }
}
