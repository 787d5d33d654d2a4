using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>What <see cref="MainLoop.NextFrame(FramePhase, CancellationToken)"/> gives: <c>await</c> it, at once and once. It resumes on the loop, <c>ConfigureAwait</c> or not, and allocates
/// nothing.</summary>
public readonly struct CancelableFrameAwaitable : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly CancelableWait _wait;
    private readonly long _number;

    internal CancelableFrameAwaitable(CancelableWait wait)
    {
        _wait = wait;
        _number = wait.Number;
    }

    /// <summary>Always false: a frame is never over at once.</summary>
    public bool IsCompleted => false;

    MainLoop? ILoopAwaiter.Loop => _wait.Loop;

    /// <summary>The awaiter.</summary>
    /// <returns>This.</returns>
    public CancelableFrameAwaitable GetAwaiter() => this;

    /// <summary>Ends the wait.</summary>
    /// <exception cref="InvalidOperationException">Called before the frame: it cannot be waited for synchronously.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the loop disposed.</exception>
    public void GetResult() => _wait.GetResult(_number);

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => _wait.Start(continuation, _number);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => _wait.Start(continuation, _number);

    void ILoopAwaiter.Continue(object continuation) => _wait.Start(continuation, _number);
}
