using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace Mainspring.Pi;

/// <summary>What the program prints: text for people or a JSON object per line. Through a queue, so that a slow reader never holds the loop; allocates nothing per line.</summary>
internal sealed class Report : IDisposable
{
    private static readonly JsonWriterOptions s_options = new() { SkipValidation = true };

    /// <summary>After this time the program has done everything once, and allocates nothing more.</summary>
    public static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1.5);

    // What the system and the library do once would weigh too much in a shorter run.
    private static readonly TimeSpan s_longEnough = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly PiSettings _settings;
    private readonly MainLoop _loop;
    private readonly NmeaReader _reader;
    private readonly BoundedWriter _output;
    private readonly ArrayBufferWriter<byte> _buffer = new(4096);
    private readonly Utf8JsonWriter _json;
    private long _disconnects;
    private long _reconnects;
    private bool _wasConnected;
    private bool _isConnected;
    private long _allocatedAtStart;
    private long _framesAtStart;
    private long _ticksAtStart;
    private bool _isWarm;

    public Report(PiSettings settings, MainLoop loop, NmeaReader reader, BoundedWriter output)
    {
        _settings = settings;
        _loop = loop;
        _reader = reader;
        _output = output;
        _json = new Utf8JsonWriter(_buffer, s_options);
    }

    /// <summary>The serial line.</summary>
    public SourceHandle? Source { get; set; }

    private bool HasFrames => _settings.Hz > 0;

    /// <summary>The warm-up is over: from here on allocations count.</summary>
    public void CountAllocations()
    {
        _allocatedAtStart = GC.GetTotalAllocatedBytes(precise: true);
        _framesAtStart = _loop.FrameStats.Frames;
        _ticksAtStart = _loop.Counters.Ticks;
        _isWarm = true;
    }

    public void Connected(string device)
    {
        _reconnects += _wasConnected ? 1 : 0;
        _wasConnected = _isConnected = true;
        Line("connected", device, null);
    }

    public void Disconnected(string device, string reason)
    {
        _disconnects++;
        _isConnected = false;
        Line("disconnected", device, reason);
    }

    /// <summary>The line that comes every second.</summary>
    public void Status()
    {
        if (_settings.Json)
        {
            _json.WriteStartObject();
            _json.WriteString("type"u8, "status"u8);
            _json.WriteNumber("uptime_s"u8, Math.Round(_loop.Now.TotalSeconds, 3));
            _json.WriteBoolean("connected"u8, _isConnected);
            WriteFix();
            WriteCounts();
            EndJson();
            return;
        }

        GnssState state = _reader.State;
        Span<byte> line = stackalloc byte[256];
        _ = Utf8.TryWrite(line, $"{_loop.Now.TotalSeconds,8:F1} s  ", out int length);
        if (state.HasFix && state.LatitudeDegrees is { } latitude && state.LongitudeDegrees is { } longitude)
        {
            // Each by itself: a value that may be null would be boxed.
            length += state.UtcTime is { } time && Utf8.TryWrite(line[length..], $"{time:hh\\:mm\\:ss} UTC  ", out int part) ? part : 0;
            length += Utf8.TryWrite(line[length..], $"{latitude,10:F6} {longitude,11:F6}  ", out part) ? part : 0;
            length += state.AltitudeMetres is { } altitude && Utf8.TryWrite(line[length..], $"{altitude,7:F1} m  ", out part) ? part : 0;
            length += state.SpeedMetresPerSecond is { } speed && Utf8.TryWrite(line[length..], $"{speed,5:F1} m/s  ", out part) ? part : 0;
        }
        else
        {
            length += Utf8.TryWrite(line[length..], $"{(_isConnected ? "no fix" : "not connected")}  ", out int part) ? part : 0;
        }

        _ = (state.HasFix ? state.SatellitesUsed : null, state.SatellitesInView) switch
        {
            ({ } used, { } inView) => Utf8.TryWrite(line[length..], $"{used} of {inView} satellites in view  ", out int more) ? length += more : 0,
            ({ } used, null) => Utf8.TryWrite(line[length..], $"{used} satellites  ", out int more) ? length += more : 0,
            (null, { } inView) => Utf8.TryWrite(line[length..], $"{inView} satellites in view  ", out int more) ? length += more : 0,
            _ => 0,
        };
        length += Utf8.TryWrite(line[length..], $"{_reader.Sentences} sentences, {_reader.BadSentences} bad\n", out int last) ? last : 0;
        _output.TryWrite(line[..length]);
    }

    /// <summary>The last line. The loop is over: now it may wait, so that the summary finds room and its reader.</summary>
    /// <returns>False when it could not be written.</returns>
    public bool Summary()
    {
        long allocated = GC.GetTotalAllocatedBytes(precise: true) - _allocatedAtStart; // before this thread waits, which it does for the first time: that costs some bytes
        _output.Flush(s_patience);
        long ticks = _loop.Counters.Ticks;
        FrameStats stats = _loop.FrameStats;
        bool tells = _isWarm && _loop.Now >= s_longEnough;
        double? perFrame = HasFrames && tells ? Per(allocated, stats.Frames - _framesAtStart) : null;
        double? perTick = tells ? Per(allocated, ticks - _ticksAtStart) : null;
        if (_settings.Json)
        {
            _json.WriteStartObject();
            _json.WriteString("type"u8, "summary"u8);
            _json.WriteNumber("uptime_s"u8, Math.Round(_loop.Now.TotalSeconds, 3));
            _json.WriteNumber("ticks"u8, ticks);
            _json.WriteNumber("frames"u8, stats.Frames);
            _json.WriteNumber("late"u8, stats.Late);
            _json.WriteNumber("dropped"u8, stats.Dropped);
            _json.WriteNumber("max_frame_lateness_us"u8, Math.Round(stats.MaxLateness.TotalMicroseconds, 1));
            WriteCounts();
            _json.WriteNumber("gen0"u8, GC.CollectionCount(0));
            Write("allocated_bytes_per_frame"u8, perFrame);
            Write("allocated_bytes_per_tick"u8, perTick);
            return EndJson() && _output.Flush(s_patience);
        }

        Span<byte> text = stackalloc byte[512];
        _ = HasFrames
            ? Utf8.TryWrite(text, $"{stats.Frames} frames, started at most {stats.MaxLateness.TotalMilliseconds:0.###} ms after they were due; {stats.Late} late (their work was over after the next was due), {stats.Dropped} dropped\n", out int length)
            : Utf8.TryWrite(text, $"{ticks} ticks, no frames\n", out length);
        length += Utf8.TryWrite(text[length..], $"{Bytes} bytes, {_reader.Sentences} sentences, {_reader.BadSentences} bad, {_disconnects} disconnects, {_reconnects} reconnects\n", out int more) ? more : 0;
        length += (perFrame ?? perTick) is { } each
            ? Utf8.TryWrite(text[length..], $"{GC.CollectionCount(0)} collections, {each} bytes allocated per {(HasFrames ? "frame" : "tick")} after the first {WarmUp.TotalSeconds} s\n", out more) ? more : 0
            : Utf8.TryWrite(text[length..], $"{GC.CollectionCount(0)} collections; too short to tell what a {(HasFrames ? "frame" : "tick")} allocates\n", out more) ? more : 0;
        return _output.TryWrite(text[..length]) && _output.Flush(s_patience);
    }

    public void Dispose() => _json.Dispose();

    // Null when there was none: nothing was measured then.
    private static double? Per(long bytes, long count) => count > 0 ? Math.Round((double)bytes / count, 3) : null;

    private long Bytes => Source?.Counters.Bytes ?? 0;

    private void WriteFix()
    {
        GnssState state = _reader.State;
        _json.WriteBoolean("fix"u8, state.HasFix);
        Write("latitude"u8, state.LatitudeDegrees);
        Write("longitude"u8, state.LongitudeDegrees);
        Write("altitude_m"u8, state.AltitudeMetres);
        Write("speed_m_s"u8, state.SpeedMetresPerSecond);
        if (state.UtcTime is { } time)
        {
            Span<byte> text = stackalloc byte[16];
            _ = Utf8.TryWrite(text, $"{time:hh\\:mm\\:ss}", out int length);
            _json.WriteString("utc_time"u8, text[..length]);
        }

        Write("satellites_used"u8, state.SatellitesUsed);
        Write("satellites_in_view"u8, state.SatellitesInView);
    }

    private void Write(ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            _json.WriteNumber(name, Math.Round(number, 9));
        }
        else
        {
            _json.WriteNull(name);
        }
    }

    private void WriteCounts()
    {
        _json.WriteNumber("bytes"u8, Bytes);
        _json.WriteNumber("sentences"u8, _reader.Sentences);
        _json.WriteNumber("bad_sentences"u8, _reader.BadSentences);
        _json.WriteNumber("disconnects"u8, _disconnects);
        _json.WriteNumber("reconnects"u8, _reconnects);
        _json.WriteNumber("lines_not_printed"u8, _output.Dropped);
    }

    private void Line(string kind, string device, string? reason)
    {
        if (_settings.Quiet)
        {
            return;
        }

        if (_settings.Json)
        {
            _json.WriteStartObject();
            _json.WriteString("type"u8, kind);
            _json.WriteString("device"u8, device);
            if (reason is not null)
            {
                _json.WriteString("reason"u8, reason);
            }

            EndJson();
            return;
        }

        Span<byte> text = stackalloc byte[1024];
        bool fits = reason is null
            ? Utf8.TryWrite(text, $"connected: {device}\n", out int length)
            : Utf8.TryWrite(text, $"disconnected: {device}: {reason}; it is opened again when it returns\n", out length);
        _output.TryWrite(fits ? text[..length] : "(a line that is too long)\n"u8);
    }

    private bool EndJson()
    {
        _json.WriteEndObject();
        _json.Flush();
        _buffer.Write("\n"u8);
        bool written = _output.TryWrite(_buffer.WrittenSpan);
        _buffer.ResetWrittenCount();
        _json.Reset();
        return written;
    }
}
