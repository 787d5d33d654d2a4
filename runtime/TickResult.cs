namespace Mainspring;

/// <summary>What a foreign loop is to do after <see cref="MainLoop.Tick"/>.</summary>
public enum TickOutcome
{
    /// <summary>There is more to do: tick again without waiting.</summary>
    RunAgainNow,

    /// <summary>Tick again at <see cref="TickResult.Deadline"/>, or when the descriptor becomes readable.</summary>
    RunAt,

    /// <summary>Nothing is scheduled: tick again when the descriptor becomes readable.</summary>
    WaitForDescriptor,

    /// <summary>The loop was told to stop.</summary>
    Stopped,
}

/// <summary>How a tick ended.</summary>
/// <param name="Outcome">What to do next.</param>
/// <param name="Deadline">With <see cref="TickOutcome.RunAt"/>: when, since the loop's start. Otherwise zero.</param>
public readonly record struct TickResult(TickOutcome Outcome, TimeSpan Deadline);
