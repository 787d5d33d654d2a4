namespace Mainspring.Scheduler.Tests;

/// <summary>Percentiles against sorted values.</summary>
public sealed class LatencyHistogramTests
{
    private readonly LatencyHistogram _histogram = new();

    [Theory]
    [InlineData(1, 127)] // each value has its bucket
    [InlineData(2, 10_000)]
    [InlineData(3, 50_000_000)]
    [InlineData(4, long.MaxValue / 2)]
    public void Percentile_RandomValues_IsAtMostAHundredthAndAHalfAboveTheTrueOne(int seed, long most)
    {
        var random = new Random(seed);
        long[] values = [.. Enumerable.Range(0, 10_000).Select(_ => random.NextInt64(most))];
        foreach (long value in values)
        {
            _histogram.Record(value);
        }

        Array.Sort(values);
        foreach (double percent in (double[])[0, 1, 50, 90, 99, 99.9, 100])
        {
            long exact = values[Math.Max(1, (int)Math.Ceiling(percent / 100 * values.Length)) - 1];
            Assert.InRange(_histogram.Percentile(percent), exact, exact + (exact / 64));
        }

        Assert.Equal((values.Length, values[0], values[^1]), (_histogram.Count, _histogram.Min, _histogram.Max));
        Assert.Equal(values[^1], _histogram.Percentile(100));
    }

    [Fact]
    public void Percentile_AtEveryPowerOfTwo_KnowsItsNeighboursApart()
    {
        for (int power = 0; power < 62; power++)
        {
            var histogram = new LatencyHistogram();
            long value = 1L << power;
            histogram.Record(value - 1);
            histogram.Record(value);

            Assert.Equal(value - 1, histogram.Percentile(50));
            Assert.Equal(value, histogram.Percentile(100));
        }
    }

    [Fact]
    public void Empty_EverythingIsZero() =>
        Assert.Equal((0, 0, 0, 0, 0), (_histogram.Count, _histogram.Min, _histogram.Max, _histogram.Percentile(99), _histogram.CountBetween(-1, long.MaxValue)));

    [Fact]
    public void Record_Negative_IsZero()
    {
        _histogram.Record(-5);

        Assert.Equal((1, 0, 0), (_histogram.Count, _histogram.Min, _histogram.Percentile(100)));
    }

    [Fact]
    public void CountBetween_AdjoiningRanges_CountEveryValueOnce()
    {
        var random = new Random(5);
        for (int i = 0; i < 1_000; i++)
        {
            _histogram.Record(random.NextInt64(1_000_000));
        }

        long[] edges = [-1, 10, 1_000, 1_001, 65_536, 500_000, 1_000_000];

        Assert.Equal(1_000, edges.Zip(edges.Skip(1), _histogram.CountBetween).Sum());
    }

    [Fact]
    public void Record_AndPercentile_AllocateNothing()
    {
        Measure();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Measure();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Measure()
        {
            for (int i = 0; i < 10_000; i++)
            {
                _histogram.Record(i * 31L);
            }

            _histogram.Percentile(99);
        }
    }
}
