using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>What <see cref="MainLoop.NextFrame"/> gives: <c>await</c> it, at once and once. It resumes on the loop, <c>ConfigureAwait</c> or not, and allocates nothing.</summary>
public readonly struct FrameAwaitable : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly object _source; // the pass; or, with a token, the wait
    private readonly long _number;

    internal FrameAwaitable(AwaitPass pass)
    {
        _source = pass;
        _number = pass.Number;
    }

    internal FrameAwaitable(CancelableWait wait)
    {
        _source = wait;
        _number = wait.Number;
    }

    /// <summary>Always false: a frame is never over at once.</summary>
    public bool IsCompleted => false;

    MainLoop? ILoopAwaiter.Loop => _source is AwaitPass pass ? pass.Loop : ((CancelableWait)_source).Loop;

    /// <summary>The awaiter.</summary>
    /// <returns>This.</returns>
    public FrameAwaitable GetAwaiter() => this;

    /// <summary>Ends the wait.</summary>
    /// <exception cref="InvalidOperationException">Called before the frame: it cannot be waited for synchronously.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the loop disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void GetResult()
    {
        if (_source.GetType() != typeof(AwaitPass))
        {
            Unsafe.As<CancelableWait>(_source).GetResult(_number);
        }
        else if (Unsafe.As<AwaitPass>(_source).Number <= _number)
        {
            Unsafe.As<AwaitPass>(_source).ThrowNotResumed();
        }
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => Continue(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => Continue(continuation);

    void ILoopAwaiter.Continue(object continuation) => Continue(continuation);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Continue(object continuation)
    {
        if (_source.GetType() != typeof(AwaitPass))
        {
            Unsafe.As<CancelableWait>(_source).Start(continuation, _number);
        }
        else if (Unsafe.As<AwaitPass>(_source) is var pass && pass.Loop.IsOnOwnThread)
        {
            pass.Add(continuation);
        }
        else
        {
            pass.Loop.PostWait(pass, continuation);
        }
    }
}
