using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>What <see cref="MainLoop.Delay"/> gives: <c>await</c> it, at once and once. It resumes on the loop, <c>ConfigureAwait</c> or not, and allocates nothing.</summary>
public readonly struct DelayAwaitable : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly object _source; // the loop; or, with a token, the wait
    private readonly long _number;   // the deadline; or the wait's number

    internal DelayAwaitable(MainLoop loop, long deadlineNs)
    {
        _source = loop;
        _number = deadlineNs;
    }

    internal DelayAwaitable(CancelableWait wait)
    {
        _source = wait;
        _number = wait.Number;
    }

    /// <summary>Always false: even a delay that is over lets the others go first.</summary>
    public bool IsCompleted => false;

    MainLoop? ILoopAwaiter.Loop => _source as MainLoop ?? ((CancelableWait)_source).Loop;

    /// <summary>The awaiter.</summary>
    /// <returns>This.</returns>
    public DelayAwaitable GetAwaiter() => this;

    /// <summary>Ends the wait.</summary>
    /// <exception cref="InvalidOperationException">Called before the time has come: it cannot be waited for synchronously.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the loop disposed.</exception>
    public void GetResult()
    {
        if (_source is MainLoop loop)
        {
            loop.TakeResumption("Delay");
        }
        else
        {
            ((CancelableWait)_source).GetResult(_number);
        }
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => Continue(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => Continue(continuation);

    void ILoopAwaiter.Continue(object continuation) => Continue(continuation);

    private void Continue(object continuation)
    {
        if (_source is not MainLoop loop)
        {
            ((CancelableWait)_source).Start(continuation, _number);
        }
        else if (!loop.IsOnOwnThread)
        {
            loop.PostWait(_number, continuation);
        }
        else if (loop.IsClosing)
        {
            loop.PostContinuation(Continuation.Runner, continuation);
        }
        else
        {
            loop.ResumeAtNs(_number, continuation);
        }
    }
}
