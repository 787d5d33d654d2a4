namespace Mainspring;

/// <summary>What kind of work the loop runs, in messages and traces.</summary>
public enum WorkKind
{
    /// <summary>A callback of <see cref="MainLoop.CallSoon(Action)"/>.</summary>
    Callback,

    /// <summary>A timer's callback.</summary>
    Timer,

    /// <summary>A callback that another thread posted, or a continuation.</summary>
    Post,

    /// <summary>A source's attach, dispatch or detach.</summary>
    Source,

    /// <summary>A handler of a source's events.</summary>
    EventHandler,

    /// <summary>A frame callback.</summary>
    Frame,

    /// <summary>A step of background work.</summary>
    Background,

    /// <summary>A step of a job.</summary>
    Job,

    /// <summary>An async method that goes on after something it has awaited from the loop.</summary>
    Await,
}

/// <summary>One piece of work, as a trace sees it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Subject">The delegate, source or record itself.</param>
public readonly record struct Work(WorkKind Kind, object? Subject)
{
    /// <summary>Its name: the one that it was given, otherwise the method's.</summary>
    public string Name => WorkName.Of(Subject);
}
