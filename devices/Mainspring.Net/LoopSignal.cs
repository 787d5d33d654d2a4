using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace Mainspring.Net;

/// <summary>
/// What one method waits for, again and again without an allocation. All on the loop's thread; a cancellation from elsewhere is posted. Who waits goes on through
/// the loop's queue, <c>ConfigureAwait(false)</c> or not, and inline only by <see cref="GoOn"/>. With it there is no synchronization context meanwhile: the tasks of SslStream would take one for a reason to leave the thread.
/// </summary>
internal sealed class LoopSignal<T>(MainLoop loop) : IValueTaskSource<T>, IValueTaskSource
{
    private static readonly SendOrPostCallback s_resume = static signal => ((LoopSignal<T>)signal!).Resume();
    private static readonly Action<object?> s_cancel = static signal => ((LoopSignal<T>)signal!).PostCancel();

    private Action<object?>? _continuation;
    private object? _state;
    private T? _result;
    private ExceptionDispatchInfo? _failure;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private Phase _phase;
    private short _version;
    private bool _wantsContext;

    private enum Phase : byte
    {
        Free,    // nobody waits
        Pending, // its end has not come
        Over,    // its end has come, and was not taken
    }

    /// <summary>Told when the result was taken: it can be used for another wait.</summary>
    public Action<LoopSignal<T>>? Taken { get; init; }

    public bool IsPending => _phase == Phase.Pending;

    public bool IsFree => _phase == Phase.Free;

    public ValueTask<T> Begin(CancellationToken cancellationToken)
    {
        Start(cancellationToken);
        return new ValueTask<T>(this, _version);
    }

    public ValueTask BeginWithoutResult(CancellationToken cancellationToken)
    {
        Start(cancellationToken);
        return new ValueTask(this, _version);
    }

    public void SetResult(T result)
    {
        if (IsPending)
        {
            _result = result;
            End();
        }
    }

    /// <summary>As <see cref="SetResult"/>, and who waits goes on within this call, as the callback of a source does. For a dispatch, which has nothing to do afterwards that this could disturb.</summary>
    public void GoOn(T result)
    {
        if (IsPending)
        {
            _result = result;
            EndWait();
            if (_continuation is not null)
            {
                Resume();
            }
        }
    }

    public void SetException(Exception exception)
    {
        if (IsPending)
        {
            _failure = ExceptionDispatchInfo.Capture(exception);
            End();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        Verify(token);
        return _phase == Phase.Pending ? ValueTaskSourceStatus.Pending
            : _failure is null ? ValueTaskSourceStatus.Succeeded
            : _failure.SourceException is OperationCanceledException ? ValueTaskSourceStatus.Canceled
            : ValueTaskSourceStatus.Faulted;
    }

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        Verify(token);
        if (_continuation is not null)
        {
            ThrowAwaitedTwice();
        }

        (_continuation, _state, _wantsContext) = (continuation, state, (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext) != 0);
        if (_phase == Phase.Over)
        {
            loop.SynchronizationContext.Post(s_resume, this);
        }
    }

    public T GetResult(short token)
    {
        Verify(token);
        if (_phase == Phase.Pending)
        {
            throw new InvalidOperationException($"A wait on loop '{loop.Name}' was waited for synchronously, which could never end: write 'await'.");
        }

        (T? result, ExceptionDispatchInfo? failure) = (_result, _failure);
        (_result, _failure, _phase) = (default, null, Phase.Free);
        _version++;
        Taken?.Invoke(this);
        failure?.Throw();
        return result!;
    }

    void IValueTaskSource.GetResult(short token) => GetResult(token);

    private void Start(CancellationToken cancellationToken)
    {
        _phase = Phase.Pending;
        _token = cancellationToken;
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(s_cancel, this);
        }
    }

    private void End()
    {
        EndWait();
        if (_continuation is not null)
        {
            loop.SynchronizationContext.Post(s_resume, this);
        }
    }

    private void EndWait()
    {
        _phase = Phase.Over;
        if (_token.CanBeCanceled)
        {
            _registration.Unregister();
            _registration = default;
            _token = default;
        }
    }

    private void Resume()
    {
        (Action<object?>? continuation, object? state) = (_continuation, _state);
        (_continuation, _state) = (null, null);
        if (_wantsContext)
        {
            continuation?.Invoke(state);
            return;
        }

        SynchronizationContext? context = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            continuation?.Invoke(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(context);
        }
    }

    // It may come late, when the next wait has begun: then that one's token decides.
    private void PostCancel() => loop.TryPost(
        static signal =>
        {
            if (signal._token.IsCancellationRequested)
            {
                signal.SetException(new OperationCanceledException(signal._token));
            }
        },
        this);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Verify(short token)
    {
        if (token != _version || _phase == Phase.Free)
        {
            ThrowAwaitedTwice();
        }
    }

    private static void ThrowAwaitedTwice() => throw new InvalidOperationException("A ValueTask is awaited once; use AsTask to await it more often.");
}
