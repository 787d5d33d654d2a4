using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Mainspring;

// What methods can await.
public sealed partial class MainLoop
{
    // Continuations that one phase runs at its end; more of them go on in the next round, so that a chain without end starves nothing.
    private const int MostContinuations = 1 << 18;

    private static readonly SendOrPostCallback s_startWait = static wait => ((PostedWait)wait!).Start();

    private readonly CallbackRing _ended = new(); // what goes on at the end of this phase
    private readonly AwaitTable _awaits;
    private CancelableWait? _freeWaits;
    private bool _isInFrame;    // its phases run: what ends goes on within it
    private bool _isResuming;   // a Delay or Yield is just being resumed

    /// <summary>Waits for a phase of the next frame; in an event-driven loop for the next turn. What awaits it goes on after the callbacks and the jobs of that phase, in
    /// the order of waiting. From another thread it joins by a post. Allocates nothing.</summary>
    /// <param name="phase">The phase; with <see cref="FramePhase.FixedUpdate"/>, the next fixed step.</param>
    /// <returns>What to await: at once, and once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FrameAwaitable NextFrame(FramePhase phase = FramePhase.Update)
    {
        if (_isClosing)
        {
            ThrowIfDisposed(true);
        }

        return new FrameAwaitable(phase == FramePhase.Update ? UpdateAwaits : _awaits[phase]);
    }

    /// <summary>Waits for a phase of the next frame, as <see cref="NextFrame(FramePhase)"/>, or for a token.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>What to await: at once, and once.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public CancelableFrameAwaitable NextFrame(FramePhase phase, CancellationToken cancellationToken)
    {
        AwaitPass pass = _awaits[phase];
        return new CancelableFrameAwaitable(WaitWith(cancellationToken).For(pass, 0, cancellationToken));
    }

    /// <summary>Waits for the next frame's <see cref="FramePhase.Update"/>, as <see cref="NextFrame(FramePhase)"/>, or for a token.</summary>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>What to await: at once, and once.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public CancelableFrameAwaitable NextFrame(CancellationToken cancellationToken) => NextFrame(FramePhase.Update, cancellationToken);

    /// <summary>Waits for a time, counted from now: never less. Reads the clock. Otherwise as <see cref="DelayUntil"/>.</summary>
    /// <param name="delay">How long; a negative delay means now, which is still the next round at the earliest.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>What to await: at once, and once.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public DelayAwaitable Delay(TimeSpan delay, CancellationToken cancellationToken = default) =>
        DelayUntilNs(Nanoseconds.Deadline(Clock.ReadNs(), Nanoseconds.From(delay)), cancellationToken);

    /// <summary>Waits until a time; what awaits it goes on as a timer's callback does. Allocates nothing.</summary>
    /// <param name="when">The time since the loop's start.</param>
    /// <param name="cancellationToken">Ends the wait with an <see cref="OperationCanceledException"/>, on the loop.</param>
    /// <returns>What to await: at once, and once.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled already.</exception>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public DelayAwaitable DelayUntil(TimeSpan when, CancellationToken cancellationToken = default) =>
        DelayUntilNs(Nanoseconds.From(when), cancellationToken);

    /// <summary>Waits for the next round, as <see cref="CallSoon(Action)"/> does. Allocates nothing.</summary>
    /// <returns>What to await: at once, and once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public YieldAwaitable Yield()
    {
        ThrowIfDisposed(_isClosing);
        return new YieldAwaitable(this, isSwitch: false);
    }

    /// <summary>Goes on on the loop's thread, from any thread: by a post; at once when this is it, inside a run.</summary>
    /// <returns>What to await: at once, and once.</returns>
    /// <exception cref="ObjectDisposedException">The loop was disposed.</exception>
    public YieldAwaitable SwitchTo()
    {
        ThrowIfDisposed(_isClosing);
        return new YieldAwaitable(this, isSwitch: true);
    }

    /// <summary>The methods that wait for <see cref="FramePhase.Update"/>, for which most do.</summary>
    internal AwaitPass UpdateAwaits { get; }

    /// <summary>The boxes of the loop's task methods.</summary>
    internal LoopTaskPool TaskPool { get; } = new();

    /// <summary>Dispose has begun, or is over.</summary>
    internal bool IsClosing => _isClosing;

    /// <summary>Runs what has waited for something that has ended: at the end of the phase of the frame that runs, otherwise in the next round. Never inline.</summary>
    internal void Continue(object continuation)
    {
        if (!IsOnOwnThread)
        {
            PostContinuation(Continuation.Runner, continuation);
        }
        else if (_isInFrame || _isClosing)
        {
            _ended.Add(Continuation.Runner, continuation);
        }
        else
        {
            _normal.Add(Continuation.Runner, continuation);
        }
    }

    /// <summary>Runs a continuation in the next round.</summary>
    internal void ResumeSoon(object continuation)
    {
        if (IsOnOwnThread && !_isClosing)
        {
            _normal.Add(Continuation.Runner, continuation);
        }
        else
        {
            PostContinuation(Continuation.Runner, continuation);
        }
    }

    /// <summary>Runs a continuation at a time. Loop's thread only.</summary>
    internal TimerHandle ResumeAtNs(long deadlineNs, object continuation) => new(this, Timers.Add(deadlineNs, Continuation.Runner, continuation));

    /// <summary>Runs a continuation now, from the loop itself.</summary>
    internal void Resume(object continuation)
    {
        _isResuming = true;
        long startNs = IsDebug ? Clock.ReadNs() : NotTimed;
        try
        {
            Continuation.Call(continuation);
        }
        finally
        {
            _isResuming = false;
            _ambient.Restore();
            if (startNs != NotTimed)
            {
                ReportIfSlow(continuation, startNs);
            }
        }
    }

    /// <summary>The result of a wait that only <see cref="Resume(object)"/> can end.</summary>
    internal void TakeResumption(string call)
    {
        if (!IsOnOwnThread || !_isResuming)
        {
            throw _isClosing ? DisposedWhileWaiting(call) : WaitedForSynchronously(call);
        }

        _isResuming = false;
        if (_isClosing)
        {
            throw DisposedWhileWaiting(call);
        }
    }

    /// <summary>Another wait than those has given its result to what was resumed: it was not for one that is asked later.</summary>
    internal static void TakeOtherResumption()
    {
        if (Current is { } loop)
        {
            loop._isResuming = false;
        }
    }

    /// <summary>Begins a wait on the loop's thread that another thread has asked for.</summary>
    internal void PostWait(object what, object continuation) => PostContinuation(s_startWait, new PostedWait(this, what, continuation));

    /// <summary>As <see cref="PostContinuation"/>, but after the loop's end nothing runs.</summary>
    internal bool TryPostContinuation(SendOrPostCallback callback, object state) =>
        IsOnOwnThread ? TryPostHere(callback, state) : TryAddPost(callback, state);

    /// <summary>Takes an exception to the handlers from whatever thread; of a loop that was disposed nobody hears it.</summary>
    internal void ReportFromAnywhere(Exception exception, string name, object? subject = null, string? message = null)
    {
        if (IsOnOwnThread)
        {
            Report(exception, WorkKind.Await, name, null, subject, message);
        }
        else
        {
            TryPost(() => Report(exception, WorkKind.Await, name, null, subject, message));
        }
    }

    internal void Recycle(CancelableWait wait)
    {
        wait.Next = _freeWaits;
        _freeWaits = wait;
    }

    internal OperationCanceledException DisposedWhileWaiting(string call) => new($"Loop '{Name}' was disposed while a method waited for {call}.");

    internal InvalidOperationException WaitedForSynchronously(string what) => WaitedForSynchronously(Name, what);

    internal static InvalidOperationException WaitedForSynchronously(string? loop, string what) => new(
        $"{what} of loop '{loop ?? "none"}' was waited for synchronously, which could never end: the loop's thread would wait for itself. Write 'await' in an async method, start it with Run or RunUntilComplete, or hand the rest to CallSoon.");

    private CancelableWait WaitWith(CancellationToken cancellationToken)
    {
        ThrowIfDisposed(_isClosing);
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsOnOwnThread || _freeWaits is not { } wait)
        {
            return new CancelableWait(this);
        }

        _freeWaits = wait.Next;
        wait.Next = null;
        return wait;
    }

    private DelayAwaitable DelayUntilNs(long deadlineNs, CancellationToken cancellationToken)
    {
        ThrowIfDisposed(_isClosing);
        return cancellationToken.CanBeCanceled
            ? new DelayAwaitable(WaitWith(cancellationToken).For(null, deadlineNs, cancellationToken))
            : new DelayAwaitable(this, deadlineNs);
    }

    // The awaiters of one phase, after its jobs; then what has waited for something that ended in it.
    private void RunAwaiters(FramePhase phase)
    {
        _awaits.Run(phase, _trace);
        RunEnded();
    }

    private void RunEnded()
    {
        RunSomeEnded();
        while (!_ended.IsEmpty)
        {
            _ended.Peek(out object? callback, out object? continuation);
            _ended.Skip();
            _normal.Add(callback!, continuation);
        }
    }

    private void RunSomeEnded()
    {
        for (int left = MostContinuations; !_ended.IsEmpty && left > 0;)
        {
            long end = Math.Min(_ended.Tail, _ended.Head + left);
            left -= (int)(end - _ended.Head);
            RunBatch(_ended, end);
        }
    }

    // Everything that waits for the loop is resumed once, with an exception; waiting again throws at the call.
    private void CancelAwaits()
    {
        _awaits.CancelAll();
        foreach (object continuation in Timers.TakeAll(Continuation.Runner))
        {
            RunPost(Continuation.Runner, continuation);
        }

        RunSomeEnded();
        while (!_ended.IsEmpty) // one of them posts itself again and again
        {
            _ended.Peek(out object? callback, out object? continuation);
            _ended.Skip();
            LoseContinuation((SendOrPostCallback)callback!, continuation!);
        }
    }

    // A wait of another thread: it comes to the loop first.
    private sealed class PostedWait(MainLoop loop, object what, object continuation) : Continuation
    {
        public override string Name => WorkName.Of(continuation);

        public override void Resume() => Start();

        public void Start()
        {
            if (!loop.IsOnOwnThread || loop._isClosing)
            {
                // On the thread pool, or in Dispose: goes on there, and its result throws.
                loop.ResumeLate(continuation);
                return;
            }

            switch (what)
            {
                case AwaitPass pass:
                    pass.Add(continuation);
                    break;
                case CancelableWait wait:
                    wait.Start(continuation, wait.Number);
                    break;
                case Job job:
                    job.OnDone(continuation);
                    break;
                case long deadlineNs:
                    loop.ResumeAtNs(deadlineNs, continuation);
                    break;
                default:
                    throw new UnreachableException();
            }
        }
    }

    private void ResumeLate(object continuation)
    {
        if (IsOnOwnThread)
        {
            Resume(continuation);
        }
        else
        {
            Continuation.Call(continuation);
        }
    }
}
