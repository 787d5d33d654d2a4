using System.Threading.Tasks.Sources;

namespace Mainspring;

/// <summary>What a full queue of events does with the next one.</summary>
public enum Overflow
{
    /// <summary>The oldest event goes, the new one stays.</summary>
    DropOldest,

    /// <summary>The new event goes.</summary>
    DropNewest,

    /// <summary>The new event takes the place of the newest that waits: the reader sees the latest state.</summary>
    Coalesce,
}

/// <summary>
/// Events of one source as an <see cref="IAsyncEnumerable{T}"/> over a bounded queue. One reader; loop's thread only. It allocates nothing per event.
/// Its reader always resumes on the loop, wherever it began to wait, <c>ConfigureAwait(false)</c> or not.
/// </summary>
/// <typeparam name="TEvent">The event's type.</typeparam>
public sealed class EventStream<TEvent> : IAsyncEnumerable<TEvent>, IAsyncEnumerator<TEvent>, IDisposable, IValueTaskSource<bool>
    where TEvent : struct
{
    private readonly SourceHandle _source;
    private readonly SourceEventHandler<TEvent> _handler;
    private readonly Overflow _overflow;
    private readonly TEvent[] _queue;
    private int _first;
    private int _count;
    private bool _isEnded;
    private bool _isRead;
    private bool _isWaiting;
    private CancellationToken _cancellation;
    private CancellationTokenRegistration _registration;
    private ManualResetValueTaskSourceCore<bool> _waiter; // runs continuations inline, and the only one is Resume
    private Action<object?>? _continuation;
    private object? _state;

    internal EventStream(SourceHandle source, int capacity, Overflow overflow)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _source = source;
        _overflow = overflow;
        _queue = new TEvent[capacity];
        _handler = OnEvent;
        _isEnded = source.State == SourceState.Removed;
        source.On(_handler);
        source.Waits.Removed += End;
    }

    /// <summary>How many events were dropped because the reader was slow.</summary>
    public long Dropped { get; private set; }

    /// <summary>The event that the last <see cref="MoveNextAsync"/> brought.</summary>
    public TEvent Current { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The stream is read already.</exception>
    public IAsyncEnumerator<TEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (_isRead)
        {
            throw new InvalidOperationException($"The event stream of {_source.Name} has a reader already; call Events again for another stream.");
        }

        _isRead = true;
        _cancellation = cancellationToken;
        return this;
    }

    /// <summary>Waits for the next event.</summary>
    /// <returns>False when the source was removed or the stream disposed, and nothing is left.</returns>
    /// <exception cref="OperationCanceledException">The token given to <see cref="GetAsyncEnumerator"/> was cancelled.</exception>
    public ValueTask<bool> MoveNextAsync()
    {
        if (_cancellation.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(_cancellation);
        }

        if (TryTake())
        {
            return ValueTask.FromResult(true);
        }

        if (_isEnded)
        {
            return ValueTask.FromResult(false);
        }

        _waiter.Reset();
        _isWaiting = true;
        if (_cancellation.CanBeCanceled)
        {
            _registration = _cancellation.UnsafeRegister(
                static stream => _ = ((EventStream<TEvent>)stream!).PostCancel(), this);
        }

        return new ValueTask<bool>(this, _waiter.Version);
    }

    /// <summary>Ends the stream.</summary>
    public void Dispose()
    {
        _source.Off(_handler);
        _source.Waits.Removed -= End;
        _count = 0;
        End();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _waiter.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _waiter.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        _continuation = continuation;
        _state = state;
        _waiter.OnCompleted(
            static stream => ((EventStream<TEvent>)stream!).Resume(), this, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);
    }

    // Through the loop's queue, never inline.
    private void Resume() => _source.Loop.PostContinuation(
        static stream =>
        {
            var self = (EventStream<TEvent>)stream!;
            (Action<object?> continuation, object? state) = (self._continuation!, self._state);
            (self._continuation, self._state) = (null, null);
            continuation(state);
        },
        this);

    private void OnEvent(in TEvent e, in EventInfo info)
    {
        if (_count < _queue.Length)
        {
            _queue[(_first + _count++) % _queue.Length] = e;
        }
        else
        {
            Dropped++;
            if (_overflow == Overflow.DropOldest)
            {
                _queue[_first] = e;
                _first = (_first + 1) % _queue.Length;
            }
            else if (_overflow == Overflow.Coalesce)
            {
                _queue[(_first + _count - 1) % _queue.Length] = e;
            }
        }

        if (StopWaiting())
        {
            TryTake();
            _waiter.SetResult(true);
        }
    }

    private void End()
    {
        _isEnded = true;
        if (StopWaiting())
        {
            _waiter.SetResult(false);
        }
    }

    private bool PostCancel() => _source.Loop.TryPost(
        static stream =>
        {
            if (stream.StopWaiting())
            {
                stream._waiter.SetException(new OperationCanceledException(stream._cancellation));
            }
        },
        this);

    private bool StopWaiting()
    {
        if (!_isWaiting)
        {
            return false;
        }

        _isWaiting = false;
        _registration.Dispose();
        _registration = default;
        return true;
    }

    private bool TryTake()
    {
        if (_count == 0)
        {
            return false;
        }

        Current = _queue[_first];
        _queue[_first] = default;
        _first = (_first + 1) % _queue.Length;
        _count--;
        return true;
    }
}
