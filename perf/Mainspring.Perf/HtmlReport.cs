using System.Globalization;
using System.Net;
using System.Text;

namespace Mainspring.Perf;

/// <summary>The report as one page that needs nothing besides itself: bars of ratios, and curves of lateness on a logarithmic axis of percentiles.</summary>
internal sealed class HtmlReport(Report report)
{
    private const int Left = 500;      // of the charts' bars, in pixels: their labels are before them
    private const int Width = 560;
    private const int RowHeight = 22;

    // Distinct also for those who do not see all colours.
    private static readonly string[] s_colours = ["#0b5fa5", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#666666", "#8a6d3b"];

    private readonly StringBuilder _text = new();

    public string Text()
    {
        _text.Append("""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>Mainspring: benchmarks</title><style>
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 1140px; margin: 2em auto; padding: 0 1em; color: #222; background: #fff; }
            h1, h2, h3 { font-weight: 600; } h3 { margin: 1.5em 0 .2em; font-size: 1em; }
            table { border-collapse: collapse; } td, th { padding: 2px 10px; text-align: left; } td.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
            svg text { font: 13px system-ui, sans-serif; fill: #222; } svg .small { font-size: 11px; fill: #666; } .missed { color: #b00020; font-weight: 600; }
            </style></head><body><h1>Mainspring beside C and others</h1>

            """);
        Facts();
        foreach (string paragraph in report.Verdict().Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            Line($"<p>{Safe(paragraph.Trim())}</p>");
        }

        if (report.Rows.Any())
        {
            Line("<h2>Ratios to the reference</h2><p>Ours divided by the C program's (or the bare list's in C#), in the same run: shorter is better. The bar is the median of the turns, " +
                "the line over it goes from the lower to the upper quartile, the upright mark is the target; red is what did not reach it.</p>");
            RatioBars([.. report.Rows.Where(static row => !double.IsNaN(row.Reference) && row.RatioLow > 0)]);
            Rows();
            foreach (string reason in report.NotReached())
            {
                Line($"<p>{Safe(reason)}</p>");
            }
        }

        if (report.Answers.Count > 0)
        {
            Line("<h2>Beside other loops</h2><p>Time per operation on a logarithmic axis: shorter is better.</p>");
            foreach (PeerAnswers answers in report.Answers)
            {
                PeerBars(answers);
            }
        }

        foreach (PeerAnswers answers in report.Answers.Where(static answers => answers.Question.IsLateness))
        {
            Curves(answers);
        }

        if (report.Curves.Count > 0)
        {
            Line("<h2>Growth</h2><p>Time of one, the more of them there are; both axes are logarithmic.</p>");
            foreach (Growth.Curve curve in report.Curves)
            {
                GrowthChart(curve);
            }
        }

        Line("</body></html>");
        return _text.ToString();
    }

    private void Facts()
    {
        Line("<table>");
        foreach ((string name, string value) in report.Facts)
        {
            Line($"<tr><th>{Safe(name)}</th><td>{Safe(value)}</td></tr>");
        }

        Line("</table>");
    }

    private void Rows()
    {
        Line("<table><tr><th>workload</th><th>ours</th><th>reference</th><th>ratio</th><th>quartiles</th><th>bytes/op</th><th>target</th><th></th></tr>");
        foreach (Row row in report.Rows)
        {
            Unit unit = row.Comparison.Unit;
            bool hasReference = !double.IsNaN(row.Reference);
            Line($"<tr><td>{Safe(row.Comparison.Title)}</td><td class=n>{Report.Quantity(row.Ours, unit)}</td>" +
                $"<td class=n>{(hasReference ? Report.Quantity(row.Reference, unit) : "")}</td><td class=n>{(hasReference ? Number(row.Ratio) : "")}</td>" +
                $"<td class=n>{(hasReference ? $"{Number(row.RatioLow)}..{Number(row.RatioHigh)}" : "")}</td><td class=n>{(double.IsNaN(row.Bytes) ? "" : Number(row.Bytes))}</td>" +
                $"<td>{Safe(Report.TargetOf(row))}</td><td>{(row.Allocates ? "<span class=missed>allocates</span>" : "")}{row.IsMet switch { true => row.IsMetByQuartile ? "ok, by its lower quartile" : "ok", false => row.IsMissed ? "<span class=missed>missed</span>" : "not reached, see below", null => "" }}</td></tr>");
        }

        Line("</table>");
    }

    private void RatioBars(Row[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        var axis = new LogAxis(rows.SelectMany(static row => (double[])[row.RatioLow, row.Ratio, row.RatioHigh, row.Comparison.Target is { IsRatio: true } target ? target.AtMost : 1, 1]));
        BeginChart(rows.Length, axis, static value => value.ToString("0.###", CultureInfo.InvariantCulture));
        for (int i = 0; i < rows.Length; i++)
        {
            Row row = rows[i];
            string colour = row.IsMet == false ? "#b00020" : s_colours[0];
            double y = i * RowHeight;
            double? mark = row.Comparison.Target is { IsRatio: true } target ? axis.At(target.AtMost) : null;
            Bar(y, row.Comparison.Title, axis.At(1), axis.At(row.Ratio), colour, Number(row.Ratio), Math.Max(axis.At(row.RatioHigh), mark ?? 0));
            Line(FormattableString.Invariant($"<line x1='{axis.At(row.RatioLow):F1}' x2='{axis.At(row.RatioHigh):F1}' y1='{y + 11:F1}' y2='{y + 11:F1}' stroke='#222'/>"));
            if (mark is { } x)
            {
                Line(FormattableString.Invariant($"<line x1='{x:F1}' x2='{x:F1}' y1='{y + 1:F1}' y2='{y + 21:F1}' stroke='#222' stroke-width='2'/>"));
            }
        }

        Line("</svg>");
    }

    private void PeerBars(PeerAnswers answers)
    {
        PeerAnswers.Answer[] shown = [.. answers.All.Where(static answer => answer.Value > 0)];
        var axis = new LogAxis(shown.Select(static answer => answer.Value));
        Line($"<h3>{Safe(answers.Question.Title)}</h3>");
        BeginChart(shown.Length, axis, static value => Report.Quantity(value, Unit.Nanoseconds));
        for (int i = 0; i < shown.Length; i++)
        {
            string ratio = shown[i] == answers.All[0] ? "" : $" (ours: {Number(shown[i].Ratio)} of it)";
            Bar(i * RowHeight, shown[i].Title, Left, axis.At(shown[i].Value), shown[i] == answers.All[0] ? s_colours[0] : "#999", Report.Quantity(shown[i].Value, Unit.Nanoseconds) + ratio);
        }

        Line("</svg>");
    }

    // From p50 to p99.9: each nine of a percentile is as wide as the one before it.
    private void Curves(PeerAnswers answers)
    {
        const int Height = 260;
        double[] places = [0.301, 1, 2, 3];
        string[] names = ["p50", "p90", "p99", "p99.9"];
        PeerAnswers.Answer[] curves = [.. answers.All.Where(static answer => answer.Percentiles.Length == 4 && answer.Percentiles.All(static value => value > 0))];
        if (curves.Length == 0)
        {
            return;
        }

        var axis = new LogAxis(curves.SelectMany(static curve => curve.Percentiles), Height, 0);
        double X(int i) => 80 + ((places[i] - places[0]) / (places[^1] - places[0]) * 620);
        double Y(double value) => Height + 10 - axis.At(value);
        Line($"<h3>{Safe(answers.Question.Title.Replace(", p50", "", StringComparison.Ordinal))}: by percentile</h3><svg width='960' height='{Height + 40}'>");
        foreach (double tick in axis.Ticks)
        {
            Line(FormattableString.Invariant($"<line x1='80' x2='700' y1='{Y(tick):F1}' y2='{Y(tick):F1}' stroke='#ddd'/><text class='small' x='74' y='{Y(tick) + 4:F1}' text-anchor='end'>{Report.Quantity(tick, Unit.Nanoseconds)}</text>"));
        }

        for (int i = 0; i < names.Length; i++)
        {
            Line(FormattableString.Invariant($"<line x1='{X(i):F1}' x2='{X(i):F1}' y1='10' y2='{Height + 10}' stroke='#ddd'/><text class='small' x='{X(i):F1}' y='{Height + 28}' text-anchor='middle'>{names[i]}</text>"));
        }

        double lowest = 10;
        foreach ((PeerAnswers.Answer curve, int i) in curves.Select(static (curve, i) => (curve, i)).OrderBy(one => Y(one.curve.Percentiles[^1])))
        {
            string colour = s_colours[i % s_colours.Length];
            string points = string.Join(' ', curve.Percentiles.Select((value, at) => FormattableString.Invariant($"{X(at):F1},{Y(value):F1}")));
            lowest = Math.Max(lowest, Y(curve.Percentiles[^1])) + 14; // labels do not cover each other
            Line(FormattableString.Invariant($"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='{(curve == answers.All[0] ? 3 : 1.5)}'/>"));
            Line(FormattableString.Invariant($"<line x1='700' y1='{Y(curve.Percentiles[^1]):F1}' x2='722' y2='{lowest - 14:F1}' stroke='{colour}' stroke-width='0.7'/><text x='726' y='{lowest - 10:F1}'>{Safe(curve.Title)}</text>"));
        }

        Line("</svg>");
    }

    private void GrowthChart(Growth.Curve curve)
    {
        const int Height = 220;
        var axis = new LogAxis(curve.Points.SelectMany(static point => (double[])[point.Ours, point.Reference]), Height, 0);
        double X(int i) => 80 + (i * 580.0 / (curve.Points.Count - 1));
        double Y(double value) => Height + 10 - axis.At(value);
        Line($"<h3>{Safe(curve.Growth.Title)}</h3><p>{Safe(curve.Growth.Explanation)}</p><svg width='960' height='{Height + 40}'>");
        foreach (double tick in axis.Ticks)
        {
            Line(FormattableString.Invariant($"<line x1='80' x2='660' y1='{Y(tick):F1}' y2='{Y(tick):F1}' stroke='#ddd'/><text class='small' x='74' y='{Y(tick) + 4:F1}' text-anchor='end'>{Report.Quantity(tick, Unit.Nanoseconds)}</text>"));
        }

        for (int i = 0; i < curve.Points.Count; i++)
        {
            string size = curve.Points[i].Size.ToString("#,0", CultureInfo.InvariantCulture);
            Line(FormattableString.Invariant($"<line x1='{X(i):F1}' x2='{X(i):F1}' y1='10' y2='{Height + 10}' stroke='#ddd'/><text class='small' x='{X(i):F1}' y='{Height + 28}' text-anchor='middle'>{size}</text>"));
        }

        (string Title, Func<int, double> Value, string Colour)[] lines =
        [
            ("Mainspring", i => curve.Points[i].Ours, s_colours[0]),
            (curve.Growth.ReferenceTitle, i => curve.Points[i].Reference, s_colours[6]),
        ];
        foreach ((string title, Func<int, double> value, string colour) in lines)
        {
            string points = string.Join(' ', Enumerable.Range(0, curve.Points.Count).Select(i => FormattableString.Invariant($"{X(i):F1},{Y(value(i)):F1}")));
            double last = value(curve.Points.Count - 1);
            Line(FormattableString.Invariant($"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2'/><text x='668' y='{Y(last) + 4:F1}'>{Safe(title)}, {Safe(Report.Quantity(last, Unit.Nanoseconds))}</text>"));
        }

        Line("</svg>");
    }

    private void BeginChart(int rows, LogAxis axis, Func<double, string> label)
    {
        int height = rows * RowHeight;
        Line($"<svg width='{Left + Width + 60}' height='{height + 24}'>");
        foreach (double tick in axis.Ticks)
        {
            Line(FormattableString.Invariant($"<line x1='{axis.At(tick):F1}' x2='{axis.At(tick):F1}' y1='0' y2='{height}' stroke='#ddd'/><text class='small' x='{axis.At(tick):F1}' y='{height + 16}' text-anchor='middle'>{label(tick)}</text>"));
        }
    }

    // The value stands behind the bar, and behind what else is drawn until there.
    private void Bar(double y, string title, double from, double to, string colour, string value, double until = 0)
    {
        (double low, double high) = (Math.Min(from, to), Math.Max(from, to));
        Line(FormattableString.Invariant($"<text x='{Left - 8}' y='{y + 15:F1}' text-anchor='end'>{Safe(title)}</text><rect x='{low:F1}' y='{y + 4:F1}' width='{Math.Max(1, high - low):F1}' height='14' fill='{colour}'/>"));
        Line(FormattableString.Invariant($"<text class='small' x='{Math.Max(high, until) + 5:F1}' y='{y + 15:F1}'>{Safe(value)}</text>"));
    }

    private void Line(string text) => _text.AppendLine(text);

    private static string Safe(string text) => WebUtility.HtmlEncode(text);

    private static string Number(double value) => value.ToString(value < 10 ? "0.##" : "#,0", CultureInfo.InvariantCulture);

    // Whole decades around the values.
    private sealed class LogAxis
    {
        private readonly double _low;
        private readonly double _high;
        private readonly double _width;
        private readonly double _left;

        public LogAxis(IEnumerable<double> values, double width = Width - 120, double left = Left)
        {
            double[] logs = [.. values.Select(Math.Log10)];
            (_low, _high) = (Math.Floor(logs.Min()), Math.Ceiling(logs.Max()));
            _high = Math.Max(_high, _low + 1);
            (_width, _left) = (width, left);
        }

        public IEnumerable<double> Ticks => Enumerable.Range((int)_low, (int)(_high - _low) + 1).Select(static power => Math.Pow(10, power));

        public double At(double value) => _left + ((Math.Log10(value) - _low) / (_high - _low) * _width);
    }
}
