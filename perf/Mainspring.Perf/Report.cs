using System.Globalization;
using System.Text;

namespace Mainspring.Perf;

/// <summary>All that was measured, as text: for the terminal and for latest.md.</summary>
internal sealed class Report(IReadOnlyList<(string Name, string Value)> facts)
{
    private static readonly string[] s_columns = ["workload", "ours", "bytes/op", "reference", "ratio", "quartiles", "target", ""];

    private readonly List<string> _failures = [];
    private readonly List<WorkloadPairs> _workloads = [];
    private readonly List<PeerAnswers> _answers = [];
    private readonly List<Growth.Curve> _curves = [];

    public IReadOnlyList<(string Name, string Value)> Facts => facts;

    public IReadOnlyList<WorkloadPairs> Workloads => _workloads;

    public IEnumerable<Row> Rows => _workloads.SelectMany(static workload => workload.Rows);

    public IReadOnlyList<PeerAnswers> Answers => _answers;

    public IReadOnlyList<Growth.Curve> Curves => _curves;

    /// <summary>Targets, and questions in which somebody is ahead of us.</summary>
    public int Missed => Rows.Count(static row => row.IsMissed) + _answers.Count(static answers => answers.Ahead.Any());

    /// <summary>Peers that gave no answer, so that nobody knows whether they are ahead.</summary>
    public int Silent => _answers.Sum(static answers => answers.Silent.Count()) + Rows.Count(static row => row.Comparison.Peer is not null && !row.HasReference);

    /// <summary>Programs that failed, ours or others.</summary>
    public IReadOnlyList<string> Failures => [.. _failures, .. Rig.Failures];

    /// <summary>Packages that would have been measured.</summary>
    public IReadOnlyList<string> NotBuilt { get; init; } = [];

    public string Heading => string.Join('\n', facts.Select(fact => $"{fact.Name}: {fact.Value}")) + "\n";

    /// <summary>Adds what one part measured; one that fails takes down no other.</summary>
    public void Try(Action add)
    {
        try
        {
            add();
        }
        catch (Exception failed) when (failed is InvalidOperationException or System.ComponentModel.Win32Exception) // it failed; it is not there
        {
            _failures.Add(failed.Message);
        }
    }

    public void Add(WorkloadPairs workload) => _workloads.Add(workload);

    public void Add(PeerAnswers answers) => _answers.Add(answers);

    public void Add(Growth.Curve curve) => _curves.Add(curve);

    /// <summary>Markdown: the table beside C, the others' answers, and under them what was missed.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        if (_workloads.Count > 0)
        {
            text.AppendLine(Table());
        }

        if (_answers.Count > 0)
        {
            text.AppendLine(Others());
        }

        foreach (Growth.Curve curve in _curves)
        {
            text.AppendLine($"| {curve.Growth.Title} | {string.Join(" | ", curve.Points.Select(static point => point.Size.ToString("#,0", CultureInfo.InvariantCulture)))} |");
            text.AppendLine($"|---|{string.Concat(curve.Points.Select(static _ => "---:|"))}");
            text.AppendLine($"| ours | {string.Join(" | ", curve.Points.Select(static point => Quantity(point.Ours, Unit.Nanoseconds)))} |");
            text.AppendLine($"| {curve.Growth.ReferenceTitle} | {string.Join(" | ", curve.Points.Select(static point => Quantity(point.Reference, Unit.Nanoseconds)))} |");
            text.AppendLine($"| ratio | {string.Join(" | ", curve.Points.Select(static point => Number(point.Ours / point.Reference, 2)))} |");
            text.AppendLine().AppendLine(curve.Growth.Explanation).AppendLine();
        }

        text.AppendLine(Verdict());
        foreach (string reason in NotReached())
        {
            text.AppendLine(reason).AppendLine();
        }

        return text.ToString();
    }

    /// <summary>What was missed, asked again, and not measured.</summary>
    public string Verdict()
    {
        var text = new StringBuilder();
        text.AppendLine(Missed == 0 ? "No target was missed, beside those that are said not to be reached." : $"{Missed} missed:");
        foreach (Row row in Rows.Where(static row => row.IsMissed))
        {
            text.AppendLine($"- {row.Comparison.Title}: {(row.IsMet == false ? $"{TargetOf(row)} was asked for" : "it allocates")}");
        }

        foreach (PeerAnswers answers in _answers.Where(static answers => answers.Ahead.Any()))
        {
            text.AppendLine($"- {answers.Question.Title}: {string.Join(", ", answers.Ahead.Select(static answer => answer.Title))} ahead");
        }

        foreach (string again in AskedAgain())
        {
            text.AppendLine().Append($"Seemed to be missed, and asked again: {again}").AppendLine();
        }

        foreach (string failure in Failures)
        {
            text.AppendLine().Append($"Failed: {failure}").AppendLine();
        }

        foreach (string name in NotBuilt)
        {
            text.AppendLine().Append($"Not measured: {name}, with which this program was not built").AppendLine();
        }

        foreach (PeerAnswers answers in _answers.Where(static answers => answers.Silent.Any()))
        {
            text.AppendLine().Append($"Not measured: {answers.Question.Title}: {string.Join(", ", answers.Silent)}").AppendLine();
        }

        return text.ToString();
    }

    /// <summary>The targets that are out of reach, and why they are: a paragraph for each reason.</summary>
    public IEnumerable<string> NotReached() => Rows
        .Where(static row => row.IsMet == false && !row.IsMissed)
        .GroupBy(static row => row.Comparison.Target!.Concession!.Reason)
        .Select(static rows => $"Not reached: {string.Join("; ", rows.Select(static row => $"{row.Comparison.Title.Trim()} ({TargetOf(row)} was asked)"))}. {rows.Key}");

    private IEnumerable<string> AskedAgain() =>
    [
        .. _workloads.SelectMany(static workload => workload.AskedAgain).Select(static row => $"{row.Comparison.Title}, {row.Pairs} pairs."),
        .. _answers.SelectMany(static answers => answers.All.Where(static answer => answer.WasAskedAgain).Select(answer => $"{answers.Question.Title}, beside {answer.Title}: {answer.Turns} turns.")),
    ];

    // Its columns aligned.
    private string Table()
    {
        List<string[]> lines = [s_columns, .. Rows.Select(Cells)];
        int[] widths = [.. s_columns.Select((_, column) => lines.Max(line => line[column].Length))];
        var text = new StringBuilder();
        for (int i = 0; i < lines.Count; i++)
        {
            text.AppendLine($"| {string.Join(" | ", lines[i].Select((cell, column) => Pad(cell, widths[column], column)))} |");
            if (i == 0)
            {
                text.AppendLine($"|{string.Join('|', widths.Select((width, column) => new string('-', width + 1) + (IsNumeric(column) ? ":" : "-")))}|");
            }
        }

        return text.ToString();
    }

    private string Others()
    {
        var text = new StringBuilder();
        text.AppendLine("| question | who | per operation | ours to it |");
        text.AppendLine("|----------|-----|--------------:|-----------:|");
        foreach (PeerAnswers answers in _answers)
        {
            string question = answers.Question.Title;
            foreach (PeerAnswers.Answer answer in answers.All)
            {
                text.AppendLine($"| {question} | {answer.Title} | {Quantity(answer.Value, Unit.Nanoseconds)} | {(answer == answers.All[0] ? "" : answer.IsEarly ? "it is early" : Number(answer.Ratio, 3))} |");
                question = "";
            }
        }

        return text.ToString();
    }

    public void WriteTo(DirectoryInfo folder)
    {
        folder.Create();
        string path = Path.Combine(folder.FullName, "latest.md");
        string list = string.Join('\n', facts.Select(fact => $"- {fact.Name}: {fact.Value}"));
        File.WriteAllText(path, $"# Mainspring beside C and others\n\n{list}\n\n{Text()}");
        File.WriteAllText(Path.Combine(folder.FullName, "latest.html"), new HtmlReport(this).Text());
    }

    private static string[] Cells(Row row)
    {
        Unit unit = row.Comparison.Unit;
        bool hasReference = row.HasReference;
        return
        [
            row.Comparison.Title,
            Quantity(row.Ours, unit),
            double.IsNaN(row.Bytes) ? "" : Number(row.Bytes, 3),
            hasReference ? Quantity(row.Reference, unit) : "",
            hasReference ? Number(row.Ratio, 2) : "",
            hasReference ? $"{Number(row.RatioLow, 2)}..{Number(row.RatioHigh, 2)}" : "",
            TargetOf(row),
            row.Allocates ? "ALLOCATES" : row.IsMet switch { true => row.IsMetByQuartile ? "ok, by its lower quartile" : "ok", false => row.IsMissed ? "MISSED" : "not reached, see below", null => row.Comparison.Peer is { } peer && !hasReference ? $"{peer} is not installed" : "" },
        ];
    }

    public static string TargetOf(Row row) => row.Comparison.Target switch
    {
        null => "",
        { IsRatio: true } target => $"{Number(target.AtMost, 2)} x {row.Comparison.Language}",
        { } target => Quantity(target.AtMost, row.Comparison.Unit),
    };

    public static string Quantity(double value, Unit unit) => unit switch
    {
        Unit.Bytes => $"{Number(value / 1e6, 2)} MB",
        Unit.SmallBytes => $"{Number(value, 1)} B",
        Unit.Count => Number(value, 1),
        Unit.Percent => $"{Number(value, 2)} %",
        _ when value >= 1e6 => $"{Number(value / 1e6, 2)} ms",
        _ when value >= 1e4 => $"{Number(value / 1e3, 1)} us",
        _ => $"{Number(value, 1)} ns",
    };

    private static string Number(double value, int decimals) => Math.Round(value, decimals).ToString(CultureInfo.InvariantCulture);

    private static string Pad(string cell, int width, int column) => IsNumeric(column) ? cell.PadLeft(width) : cell.PadRight(width);

    private static bool IsNumeric(int column) => column is > 0 and < 7;
}
