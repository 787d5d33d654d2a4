using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// Anything that brings events to a loop: a serial port, a GPIO line, a window, a queue. The loop calls all
/// members on its own thread; only <see cref="SourceContext.Wake"/> may be called from elsewhere.
/// </summary>
public interface IEventSource
{
    /// <summary>The name under which errors, traces and counters speak of the source, such as <c>serial:/dev/ttyUSB0</c>.</summary>
    string Name { get; }

    /// <summary>Starts the source: opens the device. Called by <c>loop.Add</c>, and again for every re-attach.</summary>
    /// <param name="context">The source's way into the loop, valid until <see cref="Detach"/>.</param>
    /// <exception cref="IOException">The device is not there or refuses; the message names it and says what to do.</exception>
    void Attach(SourceContext context);

    /// <summary>Handles what is there, without ever blocking.</summary>
    /// <param name="ready">What the descriptor reported; <see cref="PollEvents.None"/> after a wake, or when work was left over.</param>
    /// <param name="maxEvents">The most events that may be handled now.</param>
    /// <returns>How many were handled. <paramref name="maxEvents"/> means: maybe more, call again before sleeping.
    /// Zero on a descriptor with <see cref="PollEvents.HangUp"/> or <see cref="PollEvents.Error"/> means: nothing more will come,
    /// and the loop detaches the source.</returns>
    int Dispatch(PollEvents ready, int maxEvents);

    /// <summary>Stops the source and releases what <see cref="Attach"/> took. Idempotent; safe within <see cref="Dispatch"/>, and after an <see cref="Attach"/> that threw.</summary>
    void Detach();
}

/// <summary>A source with a descriptor, which waits in the loop's one blocking wait and costs nothing while it is silent.</summary>
public interface IPollableSource : IEventSource
{
    /// <summary>The descriptor (on Windows a wait handle), valid between <see cref="IEventSource.Attach"/> and <see cref="IEventSource.Detach"/>. The loop keeps it open meanwhile. A source
    /// that is an <see cref="IPreparedSource"/> as well may have none on some system: it then gives an invalid handle, and is only asked each tick.</summary>
    SafeHandle Handle { get; }

    /// <summary>What to watch for at first; later changes go through <see cref="SourceContext.SetInterest"/>.</summary>
    PollEvents Interest { get; }
}

/// <summary>A source without a descriptor, or with events buffered in this process: it is asked each tick.</summary>
public interface IPreparedSource : IEventSource
{
    /// <summary>Says whether there are events now, and how long the loop may sleep at the most.</summary>
    /// <param name="maxWait">In: the wait that the loop intends. Out: the same, or less (never more).</param>
    /// <returns>True when <see cref="IEventSource.Dispatch"/> is to be called now.</returns>
    bool Prepare(ref TimeSpan maxWait);
}
