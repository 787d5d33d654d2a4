using System.Threading.Tasks.Sources;

namespace Mainspring.Processes;

/// <summary>One read or write that waits, used again for the next: it completes on the loop, never within a call.</summary>
internal sealed class PipeWait(MainLoop loop, Action<Exception> cancel) : IValueTaskSource<int>, IValueTaskSource
{
    private static readonly SendOrPostCallback s_complete = static wait => ((PipeWait)wait!).SetResult();

    private ManualResetValueTaskSourceCore<int> _core; // runs continuations inline: in a callback of the loop
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private int _result;
    private Exception? _error;
    private bool _isCompleting;

    /// <summary>Whether somebody waits.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>Whether a new wait would be a second one at the same time.</summary>
    public bool IsBusy => IsWaiting || _isCompleting;

    public short Start(CancellationToken token)
    {
        _core.Reset();
        _token = token;
        IsWaiting = true;
        _registration = token.UnsafeRegister(static wait => ((PipeWait)wait!).PostCancel(), this);
        return _core.Version;
    }

    public void Complete(int result, Exception? error = null)
    {
        IsWaiting = false;
        _isCompleting = true;
        _registration.Unregister();
        (_result, _error) = (result, error);
        loop.SynchronizationContext.Post(s_complete, this);
    }

    int IValueTaskSource<int>.GetResult(short token) => _core.GetResult(token);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<int>.GetStatus(short token) => _core.GetStatus(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<int>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => OnCompleted(continuation, state, token, flags);

    // The result is set in a callback of the loop, and what follows runs there: no other context is wanted.
    private void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    private void SetResult()
    {
        _isCompleting = false;
        if (_error is { } error)
        {
            _core.SetException(error);
        }
        else
        {
            _core.SetResult(_result);
        }
    }

    // From any thread. A post that comes late meets another wait perhaps, whose token says whether it is meant.
    private void PostCancel() => _ = loop.TryPost(
        static wait =>
        {
            if (wait.IsWaiting && wait._token.IsCancellationRequested)
            {
                wait.CancelNow();
            }
        },
        this);

    private void CancelNow() => cancel(new OperationCanceledException(_token));
}
