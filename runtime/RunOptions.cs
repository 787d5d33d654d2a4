namespace Mainspring;

/// <summary>How <see cref="MainLoop.Run(RunOptions)"/> ends.</summary>
public sealed record RunOptions
{
    /// <summary>Return also when nothing keeps the loop alive: no callback, timer, source, background work or frame callback that is not unreferenced.</summary>
    public bool UntilIdle { get; init; }

    /// <summary>Return after this time of the loop's clock; null runs without end.</summary>
    public TimeSpan? For { get; init; }
}
