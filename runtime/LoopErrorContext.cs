namespace Mainspring;

/// <summary>An exception that nobody caught, for <see cref="MainLoop.UnhandledException"/>.</summary>
public sealed class LoopErrorContext
{
    internal LoopErrorContext(MainLoop loop, Exception exception, WorkKind kind, string name, string? scheduledAt)
    {
        Loop = loop;
        Exception = exception;
        Kind = kind;
        Name = name;
        ScheduledAt = scheduledAt;
    }

    /// <summary>The loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>What was thrown.</summary>
    public Exception Exception { get; }

    /// <summary>What was running.</summary>
    public WorkKind Kind { get; }

    /// <summary>The name of what was running.</summary>
    public string Name { get; }

    /// <summary>In debug mode: the stack of the call that scheduled it.</summary>
    public string? ScheduledAt { get; }

    /// <summary>Set it to true to say that the matter is settled: it is not logged, and <see cref="ErrorPolicy.Stop"/> does not stop the loop.</summary>
    public bool Handled { get; set; }
}
