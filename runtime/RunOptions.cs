using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>How <see cref="MainLoop.Run(RunOptions)"/> ends.</summary>
public sealed record RunOptions
{
    /// <summary>Return also when nothing keeps the loop alive: no callback, timer, source, background work or frame callback that is not unreferenced.</summary>
    public bool UntilIdle { get; init; }

    /// <summary>Return after this time of the loop's clock, and after one tick at least, however late that begins; null runs without end.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>
    /// Signals that end the run: the first of them stops the loop, as <see cref="MainLoop.Stop"/>; every one after it does what it does by default, and so ends the process, even when the loop is
    /// stuck. Empty by default: what SIGINT and SIGTERM do is the program's choice. As long as the loop does not run they are not held.
    /// </summary>
    public IReadOnlyList<PosixSignal> StopOn { get; init; } = [];
}
