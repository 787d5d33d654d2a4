using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Mainspring.Pi;

/// <summary>
/// What happens, one line per event, on standard output: text, text with the level that the journal reads (<c>&lt;6&gt;</c>, sd-daemon(3)), or JSON. Also the loop's own log. Never waits.
/// </summary>
internal sealed class MachineLog(BoundedWriter output, bool isJson, bool isQuiet, bool forJournal) : LoopLog, IDisposable
{
    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly object _lock = new(); // the watchdog's thread logs too
    private Utf8JsonWriter? _json;

    /// <summary>Something happened.</summary>
    /// <param name="kind">What: connected, disconnected, simulated.</param>
    /// <param name="subject">To what: port A.</param>
    /// <param name="text">More about it.</param>
    public void Event(string kind, string subject, string text)
    {
        if (!isQuiet)
        {
            Line(LogSeverity.Information, kind, subject, text);
        }
    }

    /// <summary>Something is wrong.</summary>
    public void Problem(string subject, string text) => Line(LogSeverity.Warning, "problem", subject, text);

    public override void Write(LogSeverity severity, string loop, string message) => Line(severity, "loop", loop, message);

    public void Dispose() => _json?.Dispose();

    private void Line(LogSeverity severity, string kind, string subject, string text)
    {
        lock (_lock)
        {
            if (isJson)
            {
                _json ??= new Utf8JsonWriter(_buffer);
                _json.WriteStartObject();
                _json.WriteString("type"u8, kind);
                _json.WriteString("subject"u8, subject);
                _json.WriteString("text"u8, text);
                _json.WriteEndObject();
                _json.Flush();
                _json.Reset();
                _buffer.Write("\n"u8);
            }
            else
            {
                string level = !forJournal ? "" : severity switch
                {
                    LogSeverity.Information => "<6>",
                    LogSeverity.Warning => "<4>",
                    _ => "<3>",
                };
                string line = text.ReplaceLineEndings(" | "); // one event is one line
                Encoding.UTF8.GetBytes($"{level}{kind}: {subject}: {line}\n", _buffer);
            }

            output.TryWrite(_buffer.WrittenSpan);
            _buffer.ResetWrittenCount();
        }
    }
}
