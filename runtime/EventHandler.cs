namespace Mainspring;

/// <summary>Where and when an event passed the loop's gate.</summary>
/// <param name="Source">The source that it came from.</param>
/// <param name="Time">When it was emitted, since the loop's start.</param>
/// <param name="Sequence">Its number among the events of that source, from 1, without gaps.</param>
public readonly record struct EventInfo(SourceHandle Source, TimeSpan Time, long Sequence);

/// <summary>Receives an event on the loop's thread. The event may be a <c>ref struct</c> and is valid only during the call.</summary>
/// <typeparam name="TEvent">The event's type.</typeparam>
/// <param name="e">The event.</param>
/// <param name="info">Its source, time and number.</param>
public delegate void SourceEventHandler<TEvent>(in TEvent e, in EventInfo info)
    where TEvent : struct, allows ref struct;
