namespace Mainspring;

/// <summary>What a loop holds and has done.</summary>
/// <param name="Callbacks">Callbacks that wait in the lanes, cancelled ones included; posts are not counted.</param>
/// <param name="Timers">Pending timers.</param>
/// <param name="Sources">Sources that were added and not removed.</param>
/// <param name="Background">Budgeted work that has more to do.</param>
/// <param name="Ticks">Ticks so far.</param>
/// <param name="ContinuationsAfterDispose">Continuations that came after <see cref="MainLoop.Dispose"/> and went to the thread pool.</param>
/// <param name="Errors">Exceptions that reached the loop.</param>
/// <param name="SuppressedErrors">Those of them that were not logged, because there were too many.</param>
public readonly record struct LoopCounters(
    long Callbacks, int Timers, int Sources, int Background, long Ticks, long ContinuationsAfterDispose, long Errors, long SuppressedErrors);
