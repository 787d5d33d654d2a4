namespace Mainspring;

/// <summary>An exception that nobody caught, for <see cref="MainLoop.UnhandledException"/>.</summary>
public sealed class LoopErrorContext
{
    internal LoopErrorContext(MainLoop loop, Exception exception, WorkKind kind, string name, string? scheduledAt, object? subject, string? message)
    {
        Message = message ?? $"{kind} '{name}' failed";
        Subject = subject;
        Loop = loop;
        Exception = exception;
        Kind = kind;
        Name = name;
        ScheduledAt = scheduledAt;
    }

    /// <summary>The loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>What happened, in a few words, without the exception's own.</summary>
    public string Message { get; }

    /// <summary>Whose error it is, where that is known: a <see cref="StartedTask"/>, a <see cref="Job"/>, an <see cref="IEventSource"/> (a connection of the network is one, and knows its protocol), an asynchronous sequence, or
    /// what <see cref="MainLoop.ReportException"/> was given.</summary>
    public object? Subject { get; }

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
