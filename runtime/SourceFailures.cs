namespace Mainspring;

/// <summary>What has gone wrong with a source, and when it is tried again. One that works has none, since there may be thousands of them.</summary>
internal sealed class SourceFailures
{
    public long Errors { get; private set; }

    public Exception? LastError { get; private set; }

    /// <summary>What was logged of the last attempt to attach.</summary>
    public string? LastAttachMessage { get; set; }

    /// <summary>Attempts to attach it again since it worked.</summary>
    public int Attempts { get; set; }

    /// <summary>What runs the next one.</summary>
    public TimerHandle RetryTimer { get; set; }

    /// <summary>The delay before the last attempt, or the next one.</summary>
    public long RetryDelayNs { get; set; }

    public void Count(Exception exception)
    {
        Errors++;
        LastError = exception;
    }
}
