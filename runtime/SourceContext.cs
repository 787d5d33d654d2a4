namespace Mainspring;

/// <summary>
/// A source's way into its loop, given to <see cref="IEventSource.Attach"/> and valid until the source is detached: afterwards every call
/// but <see cref="Warn"/> does nothing. All members but <see cref="Wake"/> are for the loop's thread.
/// </summary>
public sealed class SourceContext
{
    private readonly SourceHandle _source;

    internal SourceContext(SourceHandle source) => _source = source;

    /// <summary>The loop.</summary>
    public MainLoop Loop => _source.Loop;

    /// <summary>The source as its user sees it: what <see cref="MainLoop.Add"/> gives, before it has returned.</summary>
    public SourceHandle Source => _source;

    private bool IsCurrent => ReferenceEquals(_source.Context, this);

    /// <summary>Has the loop call <see cref="IEventSource.Dispatch"/> soon, with <see cref="PollEvents.None"/>. Any thread; calls coalesce.</summary>
    public void Wake()
    {
        if (IsCurrent)
        {
            Loop.WakeSource(_source);
        }
    }

    /// <summary>Changes what the descriptor is watched for.</summary>
    /// <param name="interest">The conditions; <see cref="PollEvents.Error"/> and <see cref="PollEvents.HangUp"/> always come.</param>
    /// <exception cref="IOException">The descriptor was closed behind the loop's back.</exception>
    public void SetInterest(PollEvents interest)
    {
        if (IsCurrent)
        {
            Loop.SetInterest(_source, interest);
        }
    }

    /// <summary>
    /// The one gate for events: counts and time-stamps the event, shows it to the trace, and runs its handlers. A handler that throws is
    /// reported and does not disturb the others, nor the source.
    /// </summary>
    /// <typeparam name="TEvent">The event's type; a <c>ref struct</c> may point into the source's own buffer.</typeparam>
    /// <param name="e">The event.</param>
    public void Emit<TEvent>(in TEvent e)
        where TEvent : struct, allows ref struct
    {
        if (IsCurrent)
        {
            _source.Emit(in e);
        }
    }

    /// <summary>Counts bytes that the source moved.</summary>
    /// <param name="count">How many.</param>
    public void CountBytes(int count)
    {
        if (IsCurrent)
        {
            _source.BytesCount += count;
        }
    }

    /// <summary>Says that events were lost, by the device, the kernel or a full queue: counted, and emitted as <see cref="EventsLost"/>.</summary>
    /// <param name="count">How many; at least 1.</param>
    public void Lost(long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (IsCurrent)
        {
            _source.LostCount += count;
            _source.Emit(new EventsLost(count));
        }
    }

    /// <summary>Reports an error that the source has survived to <see cref="MainLoop.UnhandledException"/>, under the source's name.</summary>
    /// <param name="exception">What happened.</param>
    public void Error(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (IsCurrent)
        {
            _source.Failures.Count(exception);
            Loop.Report(exception, WorkKind.Source, _source.Name, null, _source.Source);
        }
    }

    /// <summary>Writes a warning to the loop's log, under the source's name; also after the source was detached. Loop's thread only.</summary>
    /// <param name="message">What its user should know.</param>
    public void Warn(string message) => Loop.Warn(_source.Name, message);

    /// <summary>
    /// Says that the device has gone: the source is detached when the present dispatch returns, and attached again by its
    /// <see cref="RetryPolicy"/>. Emit the event that names what happened first. This is no error and is reported to nobody.
    /// </summary>
    public void Disconnected()
    {
        if (IsCurrent)
        {
            Loop.Disconnect(_source);
        }
    }

    /// <summary>
    /// As <see cref="Disconnected"/>, for a device that cannot come back in this process: the source is <see cref="SourceState.Failed"/> then, whatever its
    /// <see cref="RetryPolicy"/> says. <see cref="SourceHandle.RetryNow"/> still tries.
    /// </summary>
    public void Ended()
    {
        if (IsCurrent)
        {
            _source.HasEnded = true;
            Loop.Disconnect(_source);
        }
    }
}

/// <summary>Events were lost before the next one.</summary>
/// <param name="Count">How many.</param>
public readonly record struct EventsLost(long Count);
