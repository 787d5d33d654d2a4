using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Mainspring.Pi;

/// <summary>What the machine has done: a status line now and then, and a summary at the end.</summary>
internal sealed class MachineReport(Machine machine, MainLoop loop, BoundedWriter output, bool isJson) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private Utf8JsonWriter? _json;
    private long _allocatedAtStart;
    private long _ticksAtStart = -1;

    /// <summary>The warm-up is over: from here on allocations count.</summary>
    public void CountAllocations()
    {
        _allocatedAtStart = GC.GetTotalAllocatedBytes(precise: true);
        _ticksAtStart = loop.Counters.Ticks;
    }

    public void Status()
    {
        if (isJson)
        {
            Json("status"u8);
            return;
        }

        long ports = 0, chips = 0, edges = 0, runs = 0, misses = 0, failures = 0;
        foreach (MachinePort port in machine.Ports)
        {
            ports += port.IsConnected ? 1 : 0;
        }

        foreach (LineBank bank in machine.Banks)
        {
            chips += bank.IsConnected ? 1 : 0;
            foreach (MachineLine line in bank.Lines)
            {
                edges += line.Edges;
            }
        }

        foreach (ActingRule rule in machine.Acting)
        {
            runs += rule.Runs;
            misses += rule.Misses;
            failures += rule.Failures;
        }

        string record = machine.Record is { } file ? $", record {file.Last}" : "";
        Write($"status: {ports} of {machine.Ports.Count} ports, {chips} of {machine.Banks.Count} chips; {edges} edges, {runs} runs of rules, {misses} late, {failures} failures{record}\n");
    }

    /// <summary>The end. The loop is over: now it may wait for its reader.</summary>
    /// <returns>False when it could not be written.</returns>
    public bool Summary()
    {
        output.Flush(s_patience);
        if (isJson)
        {
            return Json("summary"u8) && output.Flush(s_patience);
        }

        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{loop.Now.TotalSeconds:F1} s, {loop.Counters.Ticks} ticks, {loop.FrameStats.Frames} frames\n");
        Describe(machine, text);
        return Write(text.ToString()) && output.Flush(s_patience);
    }

    /// <summary>All parts, a line each.</summary>
    public static void Describe(Machine machine, StringBuilder text)
    {
        foreach (MachinePort port in machine.Ports)
        {
            string more = port.Reader is { } reader ? $", {reader.Sentences} sentences, {reader.BadSentences} bad, {(port.HasFix ? "a fix" : "no fix")}" : port.Config.Reads == PortReads.Lines ? $", {port.Lines} lines" : "";
            text.Append(CultureInfo.InvariantCulture, $"port {port.Config.Name}: {(port.IsConnected ? "connected" : "not connected")}, {port.Bytes} bytes in, {port.Port.WrittenBytes} out{more}, {port.Disconnects} disconnects\n");
        }

        foreach (LineBank bank in machine.Banks)
        {
            foreach (MachineLine line in bank.Lines)
            {
                text.Append(CultureInfo.InvariantCulture, $"line {line.Config.Name}: {(!bank.IsConnected ? "not connected" : line.Level ? "high" : "low")}{(line.Config.IsOutput ? ", output" : $", {line.Edges} edges")}\n");
            }

            if (bank.Lost > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"chip {bank.Chip}: {bank.Lost} edges lost\n");
            }
        }

        foreach (MachineSensor sensor in machine.Sensors)
        {
            string value = sensor.Value is { } number ? string.Create(CultureInfo.InvariantCulture, $"{number:0.###} {sensor.Config.Unit}").TrimEnd() : "no value";
            text.Append(CultureInfo.InvariantCulture, $"sensor {sensor.Config.Name}: {value}, {sensor.Readings} readings, {sensor.Failures} failed\n");
        }

        foreach (HoldingRule rule in machine.Holding)
        {
            text.Append(CultureInfo.InvariantCulture, $"rule {rule.Config.Name}: {(rule.Holds ? "holds" : "does not hold")}, has begun {rule.Times} times\n");
        }

        foreach (ActingRule rule in machine.Acting)
        {
            string deadline = rule.Config.Within is { } within ? $", {rule.Misses} not within {Duration.Format(within)}" : "";
            text.Append(CultureInfo.InvariantCulture, $"rule {rule.Config.Name}: {rule.Runs} runs, {rule.Failures} failures{deadline}, at most {Duration.Format(rule.Worst)}\n");
        }

        if (machine.Record is { } record)
        {
            text.Append(CultureInfo.InvariantCulture, $"record: number {record.Last}, {record.Recorded} recorded, {record.Lost} lost\n");
        }
    }

    public void Dispose() => _json?.Dispose();

    private bool Write(string text) => output.TryWrite(Encoding.UTF8.GetBytes(text));

    private bool Json(ReadOnlySpan<byte> type)
    {
        Utf8JsonWriter json = _json ??= new Utf8JsonWriter(_buffer);
        json.WriteStartObject();
        json.WriteString("type"u8, type);
        json.WriteNumber("uptime_s"u8, Math.Round(loop.Now.TotalSeconds, 3));
        json.WriteNumber("ticks"u8, loop.Counters.Ticks);
        json.WriteNumber("frames"u8, loop.FrameStats.Frames);
        json.WriteNumber("errors"u8, loop.Counters.Errors);
        json.WriteStartObject("ports"u8);
        foreach (MachinePort port in machine.Ports)
        {
            json.WriteStartObject(port.Config.Name);
            json.WriteBoolean("connected"u8, port.IsConnected);
            json.WriteNumber("bytes"u8, port.Bytes);
            json.WriteNumber("written"u8, port.Port.WrittenBytes);
            json.WriteNumber("lines"u8, port.Lines);
            json.WriteNumber("disconnects"u8, port.Disconnects);
            if (port.Reader is { } reader)
            {
                json.WriteBoolean("fix"u8, port.HasFix);
                json.WriteNumber("sentences"u8, reader.Sentences);
                json.WriteNumber("bad_sentences"u8, reader.BadSentences);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("lines"u8);
        long lost = 0;
        foreach (LineBank bank in machine.Banks)
        {
            lost += bank.Lost;
            foreach (MachineLine line in bank.Lines)
            {
                json.WriteStartObject(line.Config.Name);
                json.WriteBoolean("connected"u8, bank.IsConnected);
                json.WriteBoolean("level"u8, line.Level);
                json.WriteNumber("edges"u8, line.Edges);
                json.WriteEndObject();
            }
        }

        json.WriteEndObject();
        json.WriteNumber("edges_lost"u8, lost);
        json.WriteStartObject("sensors"u8);
        foreach (MachineSensor sensor in machine.Sensors)
        {
            json.WriteStartObject(sensor.Config.Name);
            if (sensor.Value is { } value)
            {
                json.WriteNumber("value"u8, value);
            }
            else
            {
                json.WriteNull("value"u8);
            }

            json.WriteNumber("readings"u8, sensor.Readings);
            json.WriteNumber("failures"u8, sensor.Failures);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("rules"u8);
        foreach (HoldingRule rule in machine.Holding)
        {
            json.WriteStartObject(rule.Config.Name);
            json.WriteBoolean("holds"u8, rule.Holds);
            json.WriteNumber("times"u8, rule.Times);
            json.WriteEndObject();
        }

        foreach (ActingRule rule in machine.Acting)
        {
            json.WriteStartObject(rule.Config.Name);
            json.WriteNumber("runs"u8, rule.Runs);
            json.WriteNumber("failures"u8, rule.Failures);
            json.WriteNumber("misses"u8, rule.Misses);
            json.WriteNumber("worst_us"u8, Math.Round(rule.Worst.TotalMicroseconds, 1));
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (machine.Record is { } record)
        {
            json.WriteStartObject("record"u8);
            json.WriteNumber("number"u8, record.Last);
            json.WriteNumber("recorded"u8, record.Recorded);
            json.WriteNumber("lost"u8, record.Lost);
            json.WriteEndObject();
        }

        json.WriteNumber("lines_not_printed"u8, output.Dropped);
        json.WriteNumber("gen0"u8, GC.CollectionCount(0));
        long ticks = loop.Counters.Ticks - _ticksAtStart;
        if (_ticksAtStart >= 0 && ticks > 0)
        {
            json.WriteNumber("allocated_bytes_per_tick"u8, Math.Round((double)(GC.GetTotalAllocatedBytes(precise: true) - _allocatedAtStart) / ticks, 3));
        }

        json.WriteEndObject();
        json.Flush();
        json.Reset();
        _buffer.Write("\n"u8);
        bool written = output.TryWrite(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        return written;
    }
}
