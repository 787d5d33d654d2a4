using System.Text;

namespace Mainspring;

/// <summary>How serious a log message is.</summary>
public enum LogSeverity
{
    /// <summary>Something happened that is worth knowing.</summary>
    Information,

    /// <summary>Something may be wrong.</summary>
    Warning,

    /// <summary>Something failed.</summary>
    Error,
}

/// <summary>Where a loop logs. <see cref="Write"/> is called on the loop's thread and on the watchdog's, and must not block.</summary>
public abstract class LoopLog
{
    /// <summary>Takes a message. Must not throw: an exception is swallowed, and the message lost with it; the loop goes on.</summary>
    /// <param name="severity">How serious it is.</param>
    /// <param name="loop">The loop's name.</param>
    /// <param name="message">The message, without a line break at its end.</param>
    public abstract void Write(LogSeverity severity, string loop, string message);

    /// <summary>A log that writes lines to a stream from a thread of its own; when the stream is slow, lines are dropped and counted.</summary>
    /// <param name="writer">Where to.</param>
    /// <returns>The log.</returns>
    public static LoopLog To(BoundedWriter writer) => new LineLog(writer);

    private sealed class LineLog(BoundedWriter writer) : LoopLog
    {
        public override void Write(LogSeverity severity, string loop, string message) =>
            writer.TryWrite(Encoding.UTF8.GetBytes($"mainspring [{loop}] {Word(severity)}: {message}\n"));

        private static string Word(LogSeverity severity) => severity switch
        {
            LogSeverity.Information => "info",
            LogSeverity.Warning => "warning",
            _ => "error",
        };
    }
}
