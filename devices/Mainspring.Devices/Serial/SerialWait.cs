using System.Threading.Tasks.Sources;

namespace Mainspring.Devices;

/// <summary>A write that waits for room, or a drain that waits for the line. It completes through the loop's queue, so that whoever awaits it runs on the loop, and never within a call.</summary>
internal sealed class SerialWait : IValueTaskSource
{
    private readonly MainLoop _loop;
    private readonly Action<SerialWait, Exception> _giveUp;
    private readonly CancellationToken _cancellationToken;
    private ManualResetValueTaskSourceCore<bool> _core;
    private readonly CancellationTokenRegistration _registration;
    private readonly TimerHandle _timeout;
    private Exception? _error;

    public SerialWait(MainLoop loop, ReadOnlyMemory<byte> left, Action<SerialWait, Exception> giveUp, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        _loop = loop;
        _giveUp = giveUp;
        _cancellationToken = cancellationToken;
        Left = left;
        _registration = cancellationToken.UnsafeRegister(static wait => ((SerialWait)wait!).PostCancel(), this);
        if (timeout is { } limit)
        {
            _timeout = loop.CallLater(limit, static wait => wait._giveUp(wait, new TimeoutException()), this);
        }
    }

    /// <summary>What is not queued yet.</summary>
    public ReadOnlyMemory<byte> Left { get; set; }

    public ValueTask Task => new(this, _core.Version);

    /// <summary>Completes the task soon. Once only.</summary>
    public void Complete(Exception? error = null)
    {
        _registration.Unregister();
        _timeout.Cancel();
        _error = error;
        _loop.SynchronizationContext.Post(static wait => ((SerialWait)wait!).SetResult(), this);
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
    private void PostCancel() => _ = _loop.TryPost(static wait => wait._giveUp(wait, new OperationCanceledException(wait._cancellationToken)), this);
}
