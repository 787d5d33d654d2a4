using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Mainspring.Scheduler;

/// <summary>What the program prints: text for people or a JSON object per line. Through a queue, so that a slow reader never holds the loop.</summary>
internal sealed class Report(SchedulerSettings settings, BoundedWriter output, Screen screen) : IDisposable
{
    private static readonly JsonWriterOptions s_options = new() { SkipValidation = true };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ArrayBufferWriter<byte> _buffer = new(16 * 1024);
    private Utf8JsonWriter? _json;

    private Utf8JsonWriter Json => _json ??= new Utf8JsonWriter(_buffer, s_options);

    /// <summary>What begins.</summary>
    public void Begin(BackgroundMode mode)
    {
        if (!settings.Json)
        {
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"{settings.Hz:0.###} frames a second, {Title(mode)}: ");
            text.AppendJoin("  ", settings.Loads.Where(spec => mode != BackgroundMode.None || spec.Kind != LoadKind.Background).Select(static spec => spec.Text));
            text.Append(CultureInfo.InvariantCulture, $"  {settings.Jobs} jobs\n");
            Write(text);
        }
    }

    /// <summary>The line that comes every second; allocates nothing.</summary>
    public void Status(LoadRun run, BackgroundMode mode)
    {
        (long done, long behind) = (0, 0);
        for (int i = 0; i < run.Lanes.Count; i++)
        {
            bool counts = run.Lanes[i].Spec.Kind == LoadKind.Background;
            done += counts ? run.Lanes[i].Done : 0;
            behind += counts ? run.Lanes[i].Behind : 0;
        }

        FrameStats stats = run.Loop.FrameStats;
        double p99Us = run.Meter.Lateness.Percentile(99) / 1e3;
        if (settings.Json)
        {
            Json.WriteStartObject();
            Json.WriteString("type"u8, "status"u8);
            Json.WriteString("background"u8, Name(mode));
            Json.WriteNumber("uptime_s"u8, Math.Round(run.Loop.Now.TotalSeconds, 3));
            Json.WriteNumber("frames"u8, stats.Frames);
            Json.WriteNumber("late"u8, stats.Late);
            Json.WriteNumber("dropped"u8, stats.Dropped);
            Json.WriteNumber("p99_frame_lateness_us"u8, Math.Round(p99Us, 1));
            Json.WriteNumber("background_done"u8, done);
            Json.WriteNumber("background_behind"u8, behind);
            EndJson();
            return;
        }

        Span<byte> line = stackalloc byte[256];
        _ = Utf8.TryWrite(
            line,
            $"{run.Loop.Now.TotalSeconds,8:F1} s  {stats.Frames} frames, {stats.Late} late, {stats.Dropped} dropped  started up to {p99Us:F0} us after the deadline (p99)  background {done} done, {behind} behind\n",
            out int length);
        output.TryWrite(line[..length]);
    }

    /// <summary>The end of a run: its frames as a histogram, percentiles, lanes; in JSON one line.</summary>
    /// <returns>False when it could not be written.</returns>
    public bool Summary(RunResult result)
    {
        if (settings.Json)
        {
            Json.WriteStartObject();
            Json.WriteString("type"u8, "summary"u8);
            WriteResult(result);
            return EndJson() && Flush();
        }

        LatencyHistogram times = result.Meter.FrameTime;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"\nwork of a frame, from its start to its end, in {times.Count} frames\n");
        foreach (string line in BarChart.Draw(times, screen.Width, screen.IsUnicode))
        {
            text.Append(line).Append('\n');
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{"",-26}{"p50",10}{"p99",10}{"p99.9",10}{"max",10}\n");
        Percentiles(text, "start after its deadline", result.Meter.Lateness);
        Percentiles(text, "work of a frame", times);
        text.Append(CultureInfo.InvariantCulture, $"\n{result.Frames.Frames} frames, {result.Frames.Late} late (over after the next one was due), {result.Frames.Dropped} dropped\n");
        string share = result.Mode != BackgroundMode.Budgeted ? ""
            : !result.HasBackground ? "; no background work"
            : result.BackgroundShare is { } got ? string.Create(CultureInfo.InvariantCulture, $"; of what the rest left free, the background got {got * 100:F1} %{(result.BackgroundBehind == 0 ? " and was done" : "")}")
            : "; the rest left nothing free";
        text.Append(CultureInfo.InvariantCulture, $"budget of {Quantity.Text(settings.BudgetNs)} a frame: {result.BudgetUsed * 100:F1} % used{share}\n\n");
        Lanes(text, result);
        text.Append(result.AllocatedBytesPerFrame is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"{GC.CollectionCount(0)} collections, {bytes} bytes allocated per frame after the first 1.5 s\n")
            : $"{GC.CollectionCount(0)} collections; too short to tell what a frame allocates\n");
        return Write(text) && Flush();
    }

    /// <summary>Runs side by side.</summary>
    /// <returns>False when it could not be written.</returns>
    public bool Comparison(IReadOnlyList<RunResult> results)
    {
        if (settings.Json)
        {
            Json.WriteStartObject();
            Json.WriteString("type"u8, "summary"u8);
            foreach (RunResult result in results)
            {
                Json.WriteStartObject(Name(result.Mode));
                WriteResult(result);
                Json.WriteEndObject();
            }

            return EndJson() && Flush();
        }

        var text = new StringBuilder("\n");
        Row(text, "", results, static result => result.Mode switch
        {
            BackgroundMode.None => "none",
            BackgroundMode.Budgeted => "with budget",
            _ => "callbacks",
        }, "background work");
        Row(text, "frames", results, static result => Number(result.Frames.Frames));
        Row(text, "late or dropped", results, static result => Number(result.LateOrDropped));
        foreach ((string name, double percent) in (ReadOnlySpan<(string, double)>)[("p50", 50), ("p99", 99), ("p99.9", 99.9), ("max", 100)])
        {
            Row(text, $"start after deadline, {name}", results, result => Quantity.Text(result.Meter.Lateness.Percentile(percent)));
        }

        Row(text, "background items done", results, static result => Number(result.BackgroundDone));
        Row(text, "background items behind", results, static result => Number(result.BackgroundBehind));
        Row(text, "of the free budget", results, static result => result.Mode == BackgroundMode.Budgeted && result.BackgroundShare is { } share ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:F1} %") : "-");
        if (results is [_, { Mode: BackgroundMode.Budgeted } with, { Mode: BackgroundMode.Callbacks } without])
        {
            text.Append('\n').Append(Conclusion(with, without));
        }

        return Write(text) && Flush();
    }

    public void Dispose() => _json?.Dispose();

    private static string Name(BackgroundMode mode) => mode switch
    {
        BackgroundMode.Budgeted => "budgeted",
        BackgroundMode.Callbacks => "callbacks",
        _ => "none",
    };

    private string Title(BackgroundMode mode) => mode switch
    {
        BackgroundMode.Budgeted => $"background work within {Quantity.Text(settings.BudgetNs)} of a frame's start",
        BackgroundMode.Callbacks => "background work as plain callbacks, without a budget",
        _ => "no background work",
    };

    // What one sees in the numbers.
    private static string Conclusion(RunResult with, RunResult without)
    {
        if (!with.HasBackground)
        {
            return "The load has no background work, so the budget changes nothing.\n";
        }

        (long withNs, long withoutNs) = (with.Meter.Lateness.Percentile(99), without.Meter.Lateness.Percentile(99));
        string unfinished = with.LateOrDropped + without.LateOrDropped == 0 ? "" : $" Late or dropped: {with.LateOrDropped} with it, {without.LateOrDropped} without.";
        string done = with.BackgroundDone < without.BackgroundDone
            ? $"The price: {with.BackgroundDone} background items done instead of {without.BackgroundDone}."
            : $"It cost nothing: {with.BackgroundDone} background items were done with it, {without.BackgroundDone} without.";
        string gain = withNs < withoutNs ? "" : " In this run the budget gained nothing.";
        return $"With the budget, frames started at most {Quantity.Text(withNs)} after their deadline (p99), without it {Quantity.Text(withoutNs)}.{gain}{unfinished}\n{done}\n";
    }

    private static void Percentiles(StringBuilder text, string name, LatencyHistogram histogram) =>
        text.Append(CultureInfo.InvariantCulture, $"{name,-26}{Quantity.Text(histogram.Percentile(50)),10}{Quantity.Text(histogram.Percentile(99)),10}{Quantity.Text(histogram.Percentile(99.9)),10}{Quantity.Text(histogram.Max),10}\n");

    private static void Lanes(StringBuilder text, RunResult result)
    {
        int width = Math.Max(14, result.Lanes.Count == 0 ? 0 : result.Lanes.Max(static lane => lane.Spec.Text.Length));
        text.Append("load".PadRight(width)).Append(CultureInfo.InvariantCulture, $"{"done",12}{"behind",12}{"worked",12}{"of the time",13}\n");
        foreach (Lane lane in result.Lanes)
        {
            double ofTime = result.Time > TimeSpan.Zero ? lane.WorkedNs / result.Time.TotalNanoseconds * 100 : 0;
            text.Append(lane.Spec.Text.PadRight(width)).Append(CultureInfo.InvariantCulture, $"{lane.Done,12}{lane.Behind,12}{Quantity.Text(lane.WorkedNs),12}{ofTime,11:F1} %\n");
        }

        text.Append("jobs' steps".PadRight(width)).Append(CultureInfo.InvariantCulture, $"{result.JobSteps,12}\n\n");
    }

    private static void Row(StringBuilder text, string name, IReadOnlyList<RunResult> results, Func<RunResult, string> cell, string? head = null)
    {
        text.Append((head ?? name).PadRight(30));
        foreach (RunResult result in results)
        {
            text.Append(cell(result).PadLeft(13));
        }

        text.Append('\n');
    }

    private void WriteResult(RunResult result)
    {
        Json.WriteString("background"u8, Name(result.Mode));
        Json.WriteNumber("uptime_s"u8, Math.Round(result.Time.TotalSeconds, 3));
        Json.WriteNumber("hz"u8, settings.Hz);
        Json.WriteString("precision"u8, settings.Precision.ToString().ToLowerInvariant());
        Json.WriteNumber("ticks"u8, result.Counters.Ticks);
        Json.WriteNumber("frames"u8, result.Frames.Frames);
        Json.WriteNumber("late"u8, result.Frames.Late);
        Json.WriteNumber("dropped"u8, result.Frames.Dropped);
        WritePercentiles("frame_lateness_us", result.Meter.Lateness);
        WritePercentiles("frame_time_us", result.Meter.FrameTime);
        Json.WriteNumber("budget_us"u8, settings.BudgetNs / 1e3);
        Json.WriteNumber("budget_used"u8, Math.Round(result.BudgetUsed, 4));
        WriteOptional("background_share_of_free_budget"u8, result.Mode == BackgroundMode.Budgeted ? result.BackgroundShare : null);
        Json.WriteNumber("background_done"u8, result.BackgroundDone);
        Json.WriteNumber("background_behind"u8, result.BackgroundBehind);
        Json.WriteNumber("jobs"u8, settings.Jobs);
        Json.WriteNumber("job_steps"u8, result.JobSteps);
        Json.WriteStartArray("lanes"u8);
        foreach (Lane lane in result.Lanes)
        {
            Json.WriteStartObject();
            Json.WriteString("load"u8, lane.Spec.Text);
            Json.WriteNumber("done"u8, lane.Done);
            Json.WriteNumber("behind"u8, lane.Behind);
            Json.WriteNumber("worked_us"u8, Math.Round(lane.WorkedNs / 1e3, 1));
            Json.WriteEndObject();
        }

        Json.WriteEndArray();
        Json.WriteNumber("lines_not_printed"u8, output.Dropped);
        Json.WriteNumber("gen0"u8, GC.CollectionCount(0));
        WriteOptional("allocated_bytes_per_frame"u8, result.AllocatedBytesPerFrame);
    }

    private void WritePercentiles(string name, LatencyHistogram histogram)
    {
        foreach ((string prefix, double percent) in (ReadOnlySpan<(string, double)>)[("p50", 50), ("p99", 99), ("p999", 99.9), ("max", 100)])
        {
            Json.WriteNumber($"{prefix}_{name}", Math.Round(histogram.Percentile(percent) / 1e3, 1));
        }
    }

    private void WriteOptional(ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            Json.WriteNumber(name, Math.Round(number, 4));
        }
        else
        {
            Json.WriteNull(name);
        }
    }

    private bool EndJson()
    {
        Json.WriteEndObject();
        Json.Flush();
        _buffer.Write("\n"u8);
        bool written = output.TryWrite(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        Json.Reset();
        return written;
    }

    private bool Write(StringBuilder text) => output.TryWrite(Encoding.UTF8.GetBytes(text.ToString()));

    private bool Flush() => output.Flush(s_patience);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
