namespace Mainspring;

/// <summary>When <see cref="MainLoop.WaitTasks"/> is over.</summary>
public enum ReturnWhen
{
    /// <summary>When all tasks are over, whichever way.</summary>
    AllCompleted,

    /// <summary>When one of them is over, whichever way.</summary>
    FirstCompleted,

    /// <summary>When one of them has thrown, or all are over. One that was cancelled has not thrown.</summary>
    FirstException,
}

/// <summary>Which tasks were over when <see cref="MainLoop.WaitTasks"/> was, each in the order in which they were given.</summary>
/// <param name="Done">Those that were.</param>
/// <param name="Pending">Those that were not. They go on.</param>
public sealed record TaskSets(IReadOnlyList<Task> Done, IReadOnlyList<Task> Pending);
