using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>What <see cref="MainLoop.NextFrame(FramePhase)"/> gives: <c>await</c> it, at once and once. It resumes on the loop, <c>ConfigureAwait</c> or not, and allocates nothing.</summary>
public readonly struct FrameAwaitable : ICriticalNotifyCompletion, ILoopAwaiter
{
    // Two numbers: a reference would be told to the collector with every wait, which costs more than all else here.
    private readonly nint _pass;
    private readonly long _number;

    internal FrameAwaitable(AwaitPass pass)
    {
        _pass = pass.Handle;
        _number = pass.Number;
    }

    /// <summary>Always false: a frame is never over at once.</summary>
    public bool IsCompleted => false;

    MainLoop? ILoopAwaiter.Loop => _pass == 0 ? null : AwaitPass.Of(_pass)?.Loop; // 0: of a default value, whose result throws

    /// <summary>The awaiter.</summary>
    /// <returns>This.</returns>
    public FrameAwaitable GetAwaiter() => this;

    /// <summary>Ends the wait.</summary>
    /// <exception cref="InvalidOperationException">Called before the frame: it cannot be waited for synchronously.</exception>
    /// <exception cref="OperationCanceledException">The loop was disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void GetResult()
    {
        AwaitPass? pass = AwaitPass.Of(_pass);
        if (pass is null || pass.Number <= _number)
        {
            AwaitPass.ThrowNotResumed(pass);
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
        // Most often for the loop of this thread, and the phase that most wait for.
        if (CurrentLoop.Value is { } loop && loop.UpdateAwaits.Handle == _pass)
        {
            loop.UpdateAwaits.Add(continuation);
        }
        else
        {
            ContinueElsewhere(_pass, continuation);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ContinueElsewhere(nint handle, object continuation)
    {
        if (handle == 0 || AwaitPass.Of(handle) is not { } pass)
        {
            ThreadPool.UnsafeQueueUserWorkItem(Continuation.Call, continuation, preferLocal: false); // its result throws
        }
        else if (pass.Loop.IsOnOwnThread)
        {
            pass.Add(continuation);
        }
        else
        {
            pass.Loop.PostWait(pass, continuation);
        }
    }
}
