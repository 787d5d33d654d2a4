using System.Text.Json;

namespace Mainspring.Scheduler.Tests;

/// <summary>What is printed of a run.</summary>
public sealed class ReportTests
{
    private static readonly LoadSpec[] s_loads = [LoadSpec.Parse("frame:1x1us"), LoadSpec.Parse("background:2x1us")];

    [Fact]
    public void Summary_InJson_IsOneLineWithTheCounts()
    {
        string text = Print(json: true, static (report, result) => Assert.True(report.Summary(result)));

        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
        JsonElement summary = JsonDocument.Parse(Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement;
        Assert.Equal("summary", summary.GetProperty("type").GetString());
        Assert.Equal((3, 1, 2), (summary.GetProperty("frames").GetInt32(), summary.GetProperty("late").GetInt32(), summary.GetProperty("dropped").GetInt32()));
        Assert.Equal(2_000, summary.GetProperty("max_frame_lateness_us").GetDouble());
        Assert.Equal(0.25, summary.GetProperty("background_share_of_free_budget").GetDouble());
        Assert.Equal(JsonValueKind.Null, summary.GetProperty("allocated_bytes_per_frame").ValueKind);
        Assert.Equal("background:2x1us", summary.GetProperty("lanes")[1].GetProperty("load").GetString());
        Assert.Equal(5, summary.GetProperty("background_behind").GetInt32());
    }

    [Fact]
    public void Summary_AsText_HasHistogramPercentilesAndLanes()
    {
        string text = Print(json: false, static (report, result) => Assert.True(report.Summary(result)));

        Assert.Contains("3 frames, 1 late (over after the next one was due), 2 dropped", text, StringComparison.Ordinal);
        Assert.Contains("the background got 25.0 %", text, StringComparison.Ordinal);
        Assert.Contains("####", text, StringComparison.Ordinal);
        Assert.DoesNotContain(text, static c => c > '~');
        Assert.Contains("too short to tell", text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), static line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Comparison_PutsRunsSideBySide()
    {
        string text = Print(json: false, static (report, result) => Assert.True(report.Comparison([result with { Mode = BackgroundMode.None }, result, result with { Mode = BackgroundMode.Callbacks }])));

        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.EndsWith("none  with budget    callbacks", lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, static line => line.StartsWith("late or dropped", StringComparison.Ordinal) && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.., "3", "3", "3"]);
    }

    [Fact]
    public void Comparison_AsText_EndsWithWhatOneSees()
    {
        string text = Print(json: false, static (report, result) => Assert.True(report.Comparison([result with { Mode = BackgroundMode.None }, result, result with { Mode = BackgroundMode.Callbacks }])));

        Assert.EndsWith(
            "\n\nWith the budget, frames started at most 2 ms after their deadline (p99), without it 2 ms. In this run the budget gained nothing. Late or dropped: 3 with it, 3 without.\n"
            + "It cost nothing: 0 background items were done with it, 0 without.\n",
            text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_WithFewerItemsDoneInTheBudget_NamesThePrice()
    {
        string text = Print(json: false, static (report, result) =>
        {
            var more = new Lane(s_loads[1], result.Meter, new BusyWork());
            more.Arrive(1);
            more.RunOne();
            RunResult callbacks = result with { Mode = BackgroundMode.Callbacks, Lanes = [more], Frames = default };
            Assert.True(report.Comparison([result, result with { Frames = default }, callbacks]));
        });

        Assert.EndsWith("without it 2 ms. In this run the budget gained nothing.\nThe price: 0 background items done instead of 1.\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutBackgroundWork_NothingIsSaidOfItsShare()
    {
        string text = Print(json: false, static (report, result) => Assert.True(report.Summary(result with { Lanes = [result.Lanes[0]] })));

        Assert.Contains("% used; no background work\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("the background got", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_OfARunThatWasCutShort_DrawsNoConclusion()
    {
        string text = Print(json: false, static (report, result) => Assert.True(report.Comparison([result with { Mode = BackgroundMode.None }, result])));

        Assert.DoesNotContain("With the budget,", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_InJson_NamesTheRunsThatWereMade()
    {
        string text = Print(json: true, static (report, result) => Assert.True(report.Comparison([result])));

        JsonElement summary = JsonDocument.Parse(text).RootElement;
        Assert.Equal(["type", "budgeted"], summary.EnumerateObject().Select(static property => property.Name));
        Assert.Equal(3, summary.GetProperty("budgeted").GetProperty("frames").GetInt32());
    }

    private static string Print(bool json, Action<Report, RunResult> print)
    {
        var settings = new SchedulerSettings(60, 4_000, 10, TimeSpan.FromSeconds(1), s_loads, Precision.Sleep, json);
        var meter = new FrameMeter(4_000);
        meter.Begin(0, 2_000_000);
        meter.End(1_000);
        meter.Worked(LoadKind.Background, 1_000, 2_000);
        meter.Close();
        Lane[] lanes = [.. s_loads.Select(spec => new Lane(spec, meter, new BusyWork()))];
        lanes[1].Arrive(5);
        var result = new RunResult(BackgroundMode.Budgeted, TimeSpan.FromSeconds(1), new FrameStats(3, 1, 2, default), default, meter, lanes, 30);
        var stream = new MemoryStream();
        using (var output = new BoundedWriter(stream))
        using (var report = new Report(settings, output, new Screen(80, false)))
        {
            print(report, result);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray());
    }
}
