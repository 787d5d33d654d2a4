namespace Mainspring.Perf;

/// <summary>A comparison with what was measured, in the pairs in which it was run.</summary>
internal sealed class Row
{
    private readonly double[] _ours;
    private readonly double[] _reference;
    private readonly double[] _bytes;
    private readonly double[] _ratios;

    public Row(Comparison comparison, (Sample Ours, double Reference)[] pairs)
    {
        Comparison = comparison;
        _ours = Sorted(pairs.Select(pair => pair.Ours.Value));
        _reference = Sorted(pairs.Select(pair => pair.Reference));
        _bytes = Sorted(pairs.Select(pair => pair.Ours.Bytes));
        _ratios = Sorted(pairs.Select(pair => pair.Ours.Value / pair.Reference));
    }

    public Comparison Comparison { get; }

    /// <summary>In how many pairs it was run.</summary>
    public int Pairs => _ours.Length;

    public double Ours => Quantile(_ours, 0.5);

    public double Reference => Quantile(_reference, 0.5);

    public double Bytes => Quantile(_bytes, 0.5);

    public double Ratio => Quantile(_ratios, 0.5);

    public double RatioLow => Quantile(_ratios, 0.25);

    public double RatioHigh => Quantile(_ratios, 0.75);

    /// <summary>Whether there is something to compare with: a peer may not be installed.</summary>
    public bool HasReference => !double.IsNaN(Reference);

    /// <summary>Whether a target was met: it counts as missed when even the lower quartile exceeds it. Null: nothing is asked for, or there is no reference.</summary>
    public bool? IsMet => IsWithin(Comparison.Target?.AtMost, 0.25);

    /// <summary>Whether it was met, and its median was not.</summary>
    public bool IsMetByQuartile => IsMet == true && IsWithin(Comparison.Target?.AtMost, 0.5) == false;

    /// <summary>Whether it allocates, where it is not to: more than what was allocated once and is divided by all operations.</summary>
    public bool Allocates => Comparison.IsFree && Bytes >= 0.1;

    /// <summary>Whether it was missed by more than is accepted.</summary>
    public bool IsMissed => Allocates || (IsMet == false && IsWithin(Comparison.Target?.Concession?.AtMost, 0.25) != true);

    private bool? IsWithin(double? atMost, double quantile) => Comparison.Target is { } target && atMost is { } limit && (!target.IsRatio || HasReference)
        ? Quantile(target.IsRatio ? _ratios : _ours, quantile) <= limit
        : null;

    private static double[] Sorted(IEnumerable<double> values) => [.. values.Order()];

    public static double Median(IEnumerable<double> values) => Quantile(Sorted(values), 0.5);

    // Between two values in proportion.
    public static double Quantile(double[] sorted, double quantile)
    {
        double place = quantile * (sorted.Length - 1);
        int below = (int)place;
        double next = sorted[Math.Min(below + 1, sorted.Length - 1)];
        return sorted[below] + ((place - below) * (next - sorted[below]));
    }
}
