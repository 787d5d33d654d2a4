using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>What <see cref="MainLoop.Yield"/> and <see cref="MainLoop.SwitchTo"/> give: <c>await</c> it, at once and once. It resumes on the loop and allocates nothing.</summary>
public readonly struct YieldAwaitable : ICriticalNotifyCompletion, ILoopAwaiter
{
    private readonly MainLoop _loop;
    private readonly bool _isSwitch;

    internal YieldAwaitable(MainLoop loop, bool isSwitch)
    {
        _loop = loop;
        _isSwitch = isSwitch;
    }

    /// <summary>For <see cref="MainLoop.SwitchTo"/>: whether this is the loop's thread, inside a run. Otherwise false.</summary>
    public bool IsCompleted => _isSwitch && _loop.IsOnOwnThread;

    MainLoop? ILoopAwaiter.Loop => _loop;

    /// <summary>The awaiter.</summary>
    /// <returns>This.</returns>
    public YieldAwaitable GetAwaiter() => this;

    /// <summary>Ends the wait.</summary>
    /// <exception cref="InvalidOperationException">Called before it was resumed: it cannot be waited for synchronously.</exception>
    /// <exception cref="OperationCanceledException">The loop was disposed.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed, and this thread is not its own.</exception>
    public void GetResult()
    {
        if (!_isSwitch)
        {
            _loop.TakeResumption("Yield");
        }
        else if (!_loop.IsOnOwnThread)
        {
            ObjectDisposedException.ThrowIf(_loop.IsDisposed || _loop.IsClosing, _loop);
            throw _loop.WaitedForSynchronously("SwitchTo");
        }
        else
        {
            MainLoop.TakeOtherResumption();
        }
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => Continue(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation) => Continue(continuation);

    void ILoopAwaiter.Continue(object continuation) => Continue(continuation);

    private void Continue(object continuation)
    {
        if (_isSwitch)
        {
            _loop.PostContinuation(Continuation.Runner, continuation);
        }
        else
        {
            _loop.ResumeSoon(continuation);
        }
    }
}
