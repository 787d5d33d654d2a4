namespace Mainspring.Scheduler.Tests;

/// <summary>The histogram as text.</summary>
public sealed class BarChartTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Chart_FitsTheWidth_AndCountsEveryValue(int width)
    {
        var histogram = new LatencyHistogram();
        var random = new Random(width);
        for (int i = 0; i < 5_000; i++)
        {
            histogram.Record((long)Math.Pow(10, 3 + (random.NextDouble() * 4)));
        }

        foreach (bool blocks in (bool[])[false, true])
        {
            IReadOnlyList<string> lines = BarChart.Draw(histogram, width, blocks);

            Assert.InRange(lines.Count, 5, 19);
            Assert.All(lines, line => Assert.InRange(line.Length, 10, width));
            Assert.Equal(5_000, lines.Sum(static line => int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], null)));
            Assert.Equal(blocks, lines.Any(static line => line.Any(static c => c > '~')));
        }
    }

    [Fact]
    public void Chart_OfOneValue_IsOneFullBar()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(1_000_000);

        string line = Assert.Single(BarChart.Draw(histogram, 40, blocks: false));

        Assert.Equal("  to    1 ms  1  " + new string('#', 22), line);
    }

    [Fact]
    public void Chart_FromANanosecondToCenturies_HasARowForEachDecadeAtLeast()
    {
        var histogram = new LatencyHistogram();
        histogram.Record(0);
        histogram.Record(1_000_000_000_000_000_000);

        Assert.Equal(2, BarChart.Draw(histogram, 80, blocks: false).Count(static line => line.EndsWith('#')));
    }

    [Fact]
    public void Chart_OfNothing_IsEmpty() => Assert.Empty(BarChart.Draw(new LatencyHistogram(), 80, blocks: true));
}
