using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Mainspring;

/// <summary>Where a <see cref="LoopTask"/> has got to.</summary>
internal enum LoopTaskStatus : byte
{
    Pending,
    Completed,
    Cancelled,
    Faulted,
}

/// <summary>
/// What stands behind a <see cref="LoopTask"/>: its end, who waits for it, and a version, which tells the task that it was awaited before. All on the loop's thread; an
/// end on another one is posted. A source without a loop, made by a method that was called outside of any, is guarded by a lock.
/// </summary>
internal abstract class LoopTaskSource(MainLoop? loop, bool isPooled) : Continuation
{
    private static readonly SendOrPostCallback s_finish = static source => ((LoopTaskSource)source!).Finish();
    private static readonly SendOrPostCallback s_attach = static wait => ((ForeignWait)wait!).Attach();

    private object? _continuation;
    private object? _failure;          // an UnseenException, or the OperationCanceledException; in the pool, the next one that is free
    private LoopTaskStatus _outcome;   // while it has not become the status
    private volatile LoopTaskStatus _status;
    private Awaited _awaited;

    // By whom.
    private enum Awaited : byte
    {
        NotYet,
        ByOne,
        ByNobody, // forgotten: it counts as awaited
    }

    /// <summary>The loop on which it ends.</summary>
    public MainLoop? Loop { get; private set; } = loop;

    /// <summary>Raised when the result is taken.</summary>
    public int Version { get; private set; }

    /// <summary>In the pool.</summary>
    public LoopTaskSource? Next
    {
        get => Unsafe.As<LoopTaskSource?>(_failure);
        set => _failure = value;
    }

    /// <summary>Whether it goes to its loop's pool at its end.</summary>
    protected bool IsPooled { get; } = isPooled;

    public LoopTaskStatus Status => _status;

    public override void Resume()
    {
    }

    /// <summary>For an awaiter: whether it is over. Throws when the task is awaited a second time.</summary>
    public bool IsOver(int version)
    {
        if (version != Version || _awaited != Awaited.NotYet)
        {
            throw AwaitedTwice();
        }

        return _status != LoopTaskStatus.Pending && (Loop is null || Loop.IsOnOwnThread || Loop.IsDisposed);
    }

    /// <summary>Has a continuation run, on the thread's loop, when it is over. Never inline, and never throws.</summary>
    public void OnOver(object continuation)
    {
        MainLoop? here = MainLoop.Current;
        if (Loop is null)
        {
            AttachLocked(here is null ? continuation : new Hop(here, continuation));
        }
        else if (Loop == here)
        {
            Attach(continuation);
        }
        else
        {
            Loop.PostContinuation(s_attach, new ForeignWait(this, here is null ? continuation : new Hop(here, continuation)));
        }
    }

    /// <summary>Nobody will ever await it: an exception goes to the loop's handler.</summary>
    public void Forget(int version)
    {
        if (version != Version || _awaited != Awaited.NotYet)
        {
            throw AwaitedTwice();
        }

        _awaited = Awaited.ByNobody;
        if (_status != LoopTaskStatus.Pending)
        {
            EndForgotten();
        }
    }

    /// <summary>Ends it with an exception, or cancelled.</summary>
    public void SetException(Exception exception)
    {
        if (exception is OperationCanceledException)
        {
            _failure = exception;
            Complete(LoopTaskStatus.Cancelled);
        }
        else
        {
            _failure = new UnseenException(Loop, exception, Name);
            Complete(LoopTaskStatus.Faulted);
        }
    }

    /// <summary>Ends it: on the loop's thread at once, from another one by a post.</summary>
    protected void Complete(LoopTaskStatus outcome)
    {
        _outcome = outcome;
        if (Loop is null)
        {
            FinishLocked();
        }
        else if (Loop.IsOnOwnThread)
        {
            Finish();
        }
        else
        {
            Loop.PostContinuation(s_finish, this);
        }
    }

    /// <summary>Takes the end: the caller has to have asked whether the version is its own.</summary>
    public void TakeOutcome(int version)
    {
        if (version != Version)
        {
            throw AwaitedTwice();
        }

        LoopTaskStatus status = _status;
        if (status == LoopTaskStatus.Pending)
        {
            throw Loop?.WaitedForSynchronously($"LoopTask '{Name}'") ?? MainLoop.WaitedForSynchronously(null, $"LoopTask '{Name}'");
        }

        object? failure = _failure;
        MainLoop.TakeOtherResumption();
        Recycle();
        if (status == LoopTaskStatus.Cancelled)
        {
            ExceptionDispatchInfo.Throw((OperationCanceledException)failure!);
        }
        else if (status == LoopTaskStatus.Faulted)
        {
            ((UnseenException)failure!).Rethrow();
        }
    }

    /// <summary>Forgets what it did, before it is used again.</summary>
    protected virtual void Clear()
    {
    }

    /// <summary>Gives it to the loop's pool, when it came from there.</summary>
    protected virtual void GiveBack()
    {
    }

    private void Recycle()
    {
        Version++;
        _failure = _continuation = null;
        _awaited = Awaited.NotYet;
        Clear();
        if (Loop is { IsOnOwnThread: true })
        {
            _status = LoopTaskStatus.Pending;
            GiveBack();
        }
    }

    private void Attach(object continuation)
    {
        _awaited = Awaited.ByOne;
        if (_status == LoopTaskStatus.Pending)
        {
            _continuation = continuation;
        }
        else
        {
            Loop!.Continue(continuation);
        }
    }

    private void AttachLocked(object continuation)
    {
        lock (this)
        {
            _awaited = Awaited.ByOne;
            if (_status == LoopTaskStatus.Pending)
            {
                _continuation = continuation;
                return;
            }
        }

        GoOnAnywhere(continuation);
    }

    private void Finish()
    {
        _status = _outcome;
        if (_awaited == Awaited.ByNobody)
        {
            EndForgotten();
        }
        else if (_continuation is { } continuation)
        {
            Loop!.Continue(continuation);
        }
    }

    private void FinishLocked()
    {
        object? continuation;
        bool isForgotten;
        lock (this)
        {
            _status = _outcome;
            (continuation, isForgotten) = (_continuation, _awaited == Awaited.ByNobody);
        }

        if (isForgotten)
        {
            EndForgotten();
        }
        else if (continuation is not null)
        {
            GoOnAnywhere(continuation);
        }
    }

    private static void GoOnAnywhere(object continuation)
    {
        if (MainLoop.Current is { } loop)
        {
            loop.Continue(continuation);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(static continuation => Call(continuation), continuation, preferLocal: false);
        }
    }

    private void EndForgotten()
    {
        (_failure as UnseenException)?.Report();
        Recycle();
    }

    private InvalidOperationException AwaitedTwice() =>
        new($"LoopTask '{Name}' was awaited before. A LoopTask is awaited once, since its memory is used again; for more, keep the task that AsTask gives.");

    // From another thread, or another loop.
    private sealed record ForeignWait(LoopTaskSource Source, object Continuation)
    {
        public void Attach()
        {
            if (Source.Loop!.IsOnOwnThread)
            {
                Source.Attach(Continuation);
            }
            else
            {
                Source.AttachLocked(Continuation); // the loop was disposed
            }
        }
    }

    // Back to the loop that awaits.
    private sealed class Hop(MainLoop loop, object continuation) : Continuation
    {
        public override string Name => WorkName.Of(continuation);

        public override void Resume() => loop.PostContinuation(Runner, continuation);
    }
}

/// <summary>The source of a task with a result.</summary>
/// <typeparam name="T">The result's type.</typeparam>
internal class LoopTaskSource<T>(MainLoop? loop, bool isPooled = false) : LoopTaskSource(loop, isPooled)
{
    private T? _result;

    public override string Name => "an async method";

    public void SetResult(T result)
    {
        _result = result;
        Complete(LoopTaskStatus.Completed);
    }

    /// <summary>Takes the result, or throws what it ended with.</summary>
    public T GetResult(int version)
    {
        T? result = _result;
        TakeOutcome(version);
        return result!;
    }

    protected override void Clear() => _result = default;
}
