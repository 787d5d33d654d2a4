namespace Mainspring.Contracts;

/// <summary>A log that keeps its messages to itself, for cases that expect errors.</summary>
public sealed class SilentLog : LoopLog
{
    private readonly List<string> _messages = [];

    /// <summary>What was logged. Read it when nobody writes.</summary>
    public IReadOnlyList<string> Messages => _messages;

    /// <inheritdoc/>
    public override void Write(LogSeverity severity, string loop, string message)
    {
        lock (_messages)
        {
            _messages.Add($"{severity}: {message}");
        }
    }
}
