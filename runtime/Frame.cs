namespace Mainspring;

/// <summary>One frame of the loop. Times are since the loop's start.</summary>
/// <param name="Index">Its number, from 0; a dropped frame takes no number.</param>
/// <param name="Start">When its first phase began.</param>
/// <param name="Delta">
/// The game time that it stands for: the time since the frame before began (the period, for the first one), times <see cref="MainLoop.TimeScale"/>, and zero while the loop
/// is paused. In callbacks of <see cref="FramePhase.FixedUpdate"/> with <see cref="LoopOptions.FixedStep"/>: the step's length.
/// </param>
/// <param name="Deadline">When the next frame is due, by which this one has to be done; <see cref="TimeSpan.MaxValue"/> when nobody gave one.</param>
public readonly record struct Frame(long Index, TimeSpan Start, TimeSpan Delta, TimeSpan Deadline);
