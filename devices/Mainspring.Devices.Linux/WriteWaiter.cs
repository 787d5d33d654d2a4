using System.Threading.Tasks.Sources;

namespace Mainspring.Devices.Linux;

/// <summary>A write that waits for room. It completes through the loop's queue, so that whoever awaits it runs on the loop, and never within a call.</summary>
internal sealed class WriteWaiter : IValueTaskSource
{
    private readonly MainLoop _loop;
    private readonly Action<WriteWaiter> _cancelled;
    private readonly CancellationToken _cancellationToken;
    private ManualResetValueTaskSourceCore<bool> _core;
    private readonly CancellationTokenRegistration _registration;
    private Exception? _error;

    public WriteWaiter(MainLoop loop, ReadOnlyMemory<byte> left, Action<WriteWaiter> cancelled, CancellationToken cancellationToken)
    {
        _loop = loop;
        _cancelled = cancelled;
        _cancellationToken = cancellationToken;
        Left = left;
        _registration = cancellationToken.UnsafeRegister(static waiter => ((WriteWaiter)waiter!).PostCancel(), this);
    }

    /// <summary>What is not queued yet.</summary>
    public ReadOnlyMemory<byte> Left { get; set; }

    public ValueTask Task => new(this, _core.Version);

    /// <summary>What a cancelled wait throws.</summary>
    public Exception Cancellation => new OperationCanceledException(_cancellationToken);

    /// <summary>Completes the task soon. Once only.</summary>
    public void Complete(Exception? error = null)
    {
        _registration.Unregister();
        _error = error;
        _loop.SynchronizationContext.Post(static waiter => ((WriteWaiter)waiter!).SetResult(), this);
    }

    public void GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    // The result is set in a callback of the loop, and what follows runs there: no other context is wanted.
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags & ~ValueTaskSourceOnCompletedFlags.UseSchedulingContext);

    private void SetResult()
    {
        if (_error is null)
        {
            _core.SetResult(true);
        }
        else
        {
            _core.SetException(_error);
        }
    }

    // From any thread. A loop that was disposed has completed its writes already.
    private void PostCancel() => _ = _loop.TryPost(static waiter => waiter._cancelled(waiter), this);
}
