namespace Mainspring;

/// <summary>
/// A grid of times, so many per second, that starts at 0. Each is calculated from its number, never from the one before, so that it cannot drift: with
/// numbers and times up to <see cref="Nanoseconds.Farthest"/> nothing overflows.
/// </summary>
internal readonly struct RateGrid
{
    private const long PeriodOfMicrohertzNs = 1_000_000_000_000_000;

    private readonly long _microhertz; // 0: no grid

    /// <param name="perSecond">From 0.001 to 1,000,000, taken to the millionth; 0 is no grid.</param>
    public RateGrid(double perSecond) => _microhertz = (long)Math.Round(perSecond * 1_000_000);

    public bool Exists => _microhertz > 0;

    /// <summary>The first period, in whole nanoseconds; 0 without a grid.</summary>
    public long PeriodNs => Exists ? At(1) : 0;

    /// <summary>Whether there are grids of this rate.</summary>
    public static bool IsRate(double perSecond) => perSecond is >= 0.001 and <= 1_000_000;

    /// <summary>The time of a number, rounded down.</summary>
    public long At(long number) => (long)((Int128)number * PeriodOfMicrohertzNs / _microhertz);

    /// <summary>The number of the last time that is not after the given one.</summary>
    public long NumberAt(long ns)
    {
        long number = (long)((Int128)ns * _microhertz / PeriodOfMicrohertzNs);
        return At(number + 1) <= ns ? number + 1 : number;
    }
}
