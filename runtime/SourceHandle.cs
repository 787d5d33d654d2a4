using System.Diagnostics;

namespace Mainspring;

/// <summary>A source that was added to a loop, seen from its user. Loop's thread only.</summary>
[DebuggerDisplay("{Name} {State}")]
public sealed class SourceHandle
{
    private SourceWaits? _waits; // null: nobody has waited for it yet
    private Delegate[] _handlers = []; // replaced, never changed: a pass over it is not disturbed by On and Off

    internal SourceHandle(MainLoop loop, IEventSource source, RetryPolicy retry, long key)
    {
        Loop = loop;
        Source = source;
        Retry = retry;
        Key = key;
        Name = source.Name;
    }

    /// <summary>The source.</summary>
    public IEventSource Source { get; }

    /// <summary>Its name when it was added.</summary>
    public string Name { get; }

    /// <summary>Its loop.</summary>
    public MainLoop Loop { get; }

    /// <summary>Where it is in its life.</summary>
    public SourceState State { get; internal set; } = SourceState.WaitingToRetry;

    /// <summary>What it has done so far.</summary>
    public SourceCounters Counters => new(EventCount, BytesCount, LostCount, FailuresSoFar?.Errors ?? 0, AttachCount, DispatchCount);

    /// <summary>
    /// The last error that <see cref="SourceCounters.Errors"/> counted: of a dispatch, of an attempt to attach it again, or of one that it has survived. It stays
    /// when the source works again; null when there was none.
    /// </summary>
    public Exception? LastError => FailuresSoFar?.LastError;

    /// <summary>Whether it keeps <see cref="RunOptions.UntilIdle"/> waiting.</summary>
    public bool IsReferenced { get; private set; } = true;

    internal RetryPolicy Retry { get; }

    /// <summary>Index in the loop's table and a number never used twice: what the poller says when it is ready.</summary>
    internal long Key { get; }

    internal SourceContext? Context { get; set; }

    internal bool IsPolled { get; set; }

    internal bool HasWorkLeft { get; set; }

    internal long DispatchedInTick { get; set; }

    internal bool IsAttaching { get; set; }

    internal bool IsDisconnecting { get; set; }

    internal bool HasEnded { get; set; } // no retry policy counts any more

    internal long AttachedNs { get; set; }

    internal int Woken; // 1: in the list of woken sources

    internal bool IsRetryWanted { get; set; } // with its next failure

    /// <summary>Null: it has never failed.</summary>
    internal SourceFailures? FailuresSoFar { get; private set; }

    internal SourceFailures Failures => FailuresSoFar ??= new SourceFailures();

    internal long EventCount { get; private set; }

    internal long BytesCount { get; set; }

    internal long LostCount { get; set; }

    internal long AttachCount { get; set; }

    internal (long Bytes, long Events) CountsAtAttach { get; set; }

    /// <summary>Whether its device has given anything since it was attached: bytes, or more events than the one that says good-bye.</summary>
    internal bool HasWorked => BytesCount > CountsAtAttach.Bytes || EventCount > CountsAtAttach.Events + 1;

    internal long DispatchCount { get; set; }

    /// <summary>Runs a handler for every event of a type. Handlers run in the order in which they were added.</summary>
    /// <typeparam name="TEvent">The exact type that the source emits; its documentation lists them.</typeparam>
    /// <param name="handler">The handler.</param>
    /// <returns>This source, so that calls can be chained.</returns>
    public SourceHandle On<TEvent>(SourceEventHandler<TEvent> handler)
        where TEvent : struct, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(handler);
        Loop.CheckAccess(evenDisposed: true);
        _handlers = [.. _handlers, handler];
        return this;
    }

    /// <summary>Undoes one <see cref="On"/>. Within a handler it takes effect with the next event.</summary>
    /// <typeparam name="TEvent">The event's type.</typeparam>
    /// <param name="handler">The handler.</param>
    /// <returns>Whether it was there.</returns>
    public bool Off<TEvent>(SourceEventHandler<TEvent> handler)
        where TEvent : struct, allows ref struct
    {
        Loop.CheckAccess(evenDisposed: true);
        int index = Array.IndexOf(_handlers, handler);
        if (index < 0)
        {
            return false;
        }

        _handlers = [.. _handlers.AsSpan(0, index), .. _handlers.AsSpan(index + 1)];
        return true;
    }

    /// <summary>
    /// The events of one type as a stream, through a bounded queue: when the reader is slow, <paramref name="overflow"/> says which events
    /// are dropped, and they are counted.
    /// </summary>
    /// <typeparam name="TEvent">The event's type.</typeparam>
    /// <param name="capacity">How many events may wait.</param>
    /// <param name="overflow">Which event goes when the queue is full.</param>
    /// <returns>The stream; it starts now, may be read once, and ends when the source is removed. Dispose it to end it earlier.</returns>
    public EventStream<TEvent> Events<TEvent>(int capacity = 256, Overflow overflow = Overflow.DropOldest)
        where TEvent : struct =>
        new(this, capacity, overflow);

    /// <summary>Detaches the source and takes it out of the loop, for good. Also from within its own handlers; idempotent.</summary>
    public void Remove() => Loop.Remove(this);

    /// <summary>
    /// Has a source that waits to be attached again, or was given up, tried in this turn, for someone who knows that its device is back. Its attempts and delays start anew. While it is
    /// attached, perhaps to a device whose end it has not seen yet, its next failure is followed by an attempt at once.
    /// </summary>
    public void RetryNow() => Loop.RetryNow(this);

    /// <summary>Lets <see cref="RunOptions.UntilIdle"/> end although this source is there.</summary>
    public void Unref()
    {
        Loop.CheckAccess(evenDisposed: true);
        IsReferenced = false;
    }

    /// <summary>Undoes <see cref="Unref"/>.</summary>
    public void Ref()
    {
        Loop.CheckAccess(evenDisposed: true);
        IsReferenced = true;
    }

    internal SourceWaits Waits => _waits ??= new SourceWaits();

    internal void OnRemoved() => _waits?.OnRemoved(this);

    internal void Emit<TEvent>(in TEvent e)
        where TEvent : struct, allows ref struct
    {
        EventCount++;
        LoopTrace? trace = Loop.TickTrace;
        if (_handlers.Length == 0 && _waits is null && trace is null)
        {
            return; // it was counted, and nobody listens
        }

        var info = new EventInfo(this, Loop.Now, EventCount);
        trace?.Event(typeof(TEvent), in info);
        _waits?.OnEvent(in e);
        Delegate[] handlers = _handlers;
        if (handlers.Length == 0)
        {
            return;
        }

        var ambient = AmbientContext.Capture(); // the caller's: not only the loop emits
        foreach (Delegate candidate in handlers)
        {
            if (candidate is SourceEventHandler<TEvent> handler)
            {
                try
                {
                    handler(in e, in info);
                }
                catch (Exception exception)
                {
                    Loop.Report(exception, WorkKind.EventHandler, Name, null, Source);
                }

                ambient.Restore();
            }
        }
    }
}
