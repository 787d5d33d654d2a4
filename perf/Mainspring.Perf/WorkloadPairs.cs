namespace Mainspring.Perf;

/// <summary>A workload's runs, ours and the reference's in pairs: there may be more of them later.</summary>
internal sealed class WorkloadPairs(Rig rig, Workload workload)
{
    private readonly List<(Dictionary<string, Sample> Ours, Dictionary<string, Sample> Reference)> _pairs = [];
    private readonly HashSet<Comparison> _again = [];

    /// <summary>What all pairs say.</summary>
    public IReadOnlyList<Row> Rows { get; private set; } = [];

    /// <summary>Rows that seemed to be missed, so that this was asked again.</summary>
    public IEnumerable<Row> AskedAgain => Rows.Where(row => _again.Contains(row.Comparison));

    /// <summary>Whether a target seems to be missed. Its rows are remembered, since it is asked again.</summary>
    public bool IsToBeAskedAgain()
    {
        _again.UnionWith(Rows.Where(static row => row.IsMissed).Select(static row => row.Comparison));
        return _again.Count > 0;
    }

    /// <summary>Runs one more pair.</summary>
    public void Take()
    {
        Console.Error.Write($"\r\e[K{workload.Name} {_pairs.Count + 1}");
        _pairs.Add(rig.MeasurePair(workload));
        Rows = [.. workload.Comparisons.Select(comparison => new Row(comparison, [.. _pairs.Select(pair => (Rig.Result(pair.Ours, comparison.Ours, workload.Ours), ReferenceOf(comparison, pair.Ours, pair.Reference)))]))];
        Console.Error.Write("\r\e[K");
    }

    private double ReferenceOf(Comparison comparison, Dictionary<string, Sample> ours, Dictionary<string, Sample> reference) =>
        comparison.Reference.StartsWith(Comparison.InOurs, StringComparison.Ordinal) ? Rig.Result(ours, comparison.Reference[Comparison.InOurs.Length..], workload.Ours).Value
        : comparison.Reference == Comparison.None || (comparison.Peer is not null && !reference.ContainsKey(comparison.Reference)) ? double.NaN
        : Rig.Result(reference, comparison.Reference, workload.Program).Value;
}
