using System.Diagnostics;

namespace Mainspring.Devices.Simulation;

/// <summary>
/// A device that follows a script: its events come at given times of the loop's clock, on a <see cref="VirtualClock"/> exactly then. It has no descriptor, so it runs
/// on every system and on virtual loops. Loop's thread only.
/// </summary>
/// <remarks>Events of equal times come in the order of the calls, and after the timers of that time. Events that were not due when it was detached wait for the next attach.</remarks>
/// <typeparam name="TEvent">The events' type.</typeparam>
[DebuggerDisplay("{Name}, {Pending} pending")]
public sealed class ScriptedSource<TEvent> : IPreparedSource
    where TEvent : struct
{
    private readonly PriorityQueue<TEvent, (TimeSpan When, long Sequence)> _script = new(); // the sequence keeps equal times in order
    private SourceContext? _context;
    private long _sequence;

    /// <summary>A device without events.</summary>
    /// <param name="name">Its name in messages and counters.</param>
    public ScriptedSource(string name = "scripted") => Name = name;

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>How many events have not come yet.</summary>
    public int Pending => _script.Count;

    /// <summary>While set, attaching fails with it, and dispatching too: the device is broken.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Schedules an event.</summary>
    /// <param name="when">When, since the loop's start; a time that has passed means now.</param>
    /// <param name="e">The event.</param>
    public void At(TimeSpan when, in TEvent e) => _script.Enqueue(e, (when, _sequence++));

    /// <inheritdoc/>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ThrowFailure();
        _context = context;
    }

    /// <inheritdoc/>
    public bool Prepare(ref TimeSpan maxWait)
    {
        if (Failure is not null)
        {
            return true;
        }

        if (!_script.TryPeek(out _, out (TimeSpan When, long Sequence) next) || _context is not { } context)
        {
            return false;
        }

        TimeSpan wait = next.When - context.Loop.TimeProvider.GetElapsedTime(0);
        if (wait > TimeSpan.Zero && wait < maxWait)
        {
            maxWait = wait;
        }

        return wait <= TimeSpan.Zero;
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        ThrowFailure();
        int handled = 0;
        while (handled < maxEvents && _context is { } context
            && _script.TryPeek(out TEvent e, out (TimeSpan When, long Sequence) next) && next.When <= context.Loop.Now)
        {
            _script.Dequeue();
            handled++;
            context.Emit(in e);
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach() => _context = null;

    private void ThrowFailure()
    {
        if (Failure is { } failure)
        {
            throw failure;
        }
    }
}
