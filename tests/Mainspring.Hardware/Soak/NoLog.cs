namespace Mainspring.Hardware.Soak;

/// <summary>A log that keeps nothing: a chip that is away is tried again and again, and said so.</summary>
internal sealed class NoLog : LoopLog
{
    public override void Write(LogSeverity severity, string loop, string message)
    {
    }
}
