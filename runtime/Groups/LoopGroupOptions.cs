namespace Mainspring;

/// <summary>How a <see cref="LoopGroup"/> is made.</summary>
public sealed record LoopGroupOptions
{
    /// <summary>How many loops; null takes as many as there are CPUs that the process may use.</summary>
    public int? Count { get; init; }

    /// <summary>
    /// The options of a loop, by its number. The name that they have gets the number appended. <see cref="LoopOptions.Clock"/> has to be left null, or be another one for each loop.
    /// </summary>
    public Func<int, LoopOptions> Options { get; init; } = static _ => new LoopOptions { Name = "loop" };

    /// <summary>
    /// Pin each loop to a CPU of its own, when there are as many for the process as loops, and the loop's own <see cref="LoopOptions.RealTime"/> names none. A later group goes on behind the CPUs of the one before. None is
    /// pinned where the process may use fewer processors than it has CPUs, as under a container's quota: there every program would sit on the same. Of an effect on Linux only. Other threads
    /// are not kept off these CPUs: docs/guides/real-time.md says how.
    /// </summary>
    public bool Pin { get; init; } = true;
}
