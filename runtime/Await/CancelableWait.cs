namespace Mainspring;

/// <summary>
/// A wait for a frame or a time that a token can cancel. It stands in the pass, or under the timer, in the place of the continuation; the loop uses it again when nothing
/// knows it any more.
/// </summary>
internal sealed class CancelableWait(MainLoop loop) : Continuation
{
    private static readonly Action<object?> s_cancel = static wait => ((CancelableWait)wait!).PostCancel();
    private static readonly SendOrPostCallback s_cancelHere = static wait => ((CancelableWait)wait!).Cancel();

    private AwaitPass? _pass;       // null: it waits for a time
    private long _deadlineNs;
    private object? _continuation;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private TimerHandle _timer;
    private State _state;
    private bool _hasPlace;         // in the pass, or under the timer
    private volatile bool _isCancelPosted;

    private enum State
    {
        Waiting,
        Resumed,
        Cancelled,
        Taken, // the result was
    }

    /// <summary>Raised with every use, so that an awaiter of an earlier one finds out.</summary>
    public long Number { get; private set; }

    public MainLoop Loop => loop;

    public bool IsWaiting => _state == State.Waiting;

    /// <summary>The next one that is free.</summary>
    public CancelableWait? Next { get; set; }

    public override string Name => WorkName.Of(_continuation);

    public CancelableWait For(AwaitPass? pass, long deadlineNs, CancellationToken token)
    {
        (_pass, _deadlineNs, _token, _state) = (pass, deadlineNs, token, State.Waiting);
        return this;
    }

    public void Start(object continuation, long number)
    {
        if (!loop.IsOnOwnThread)
        {
            loop.PostWait(this, continuation);
            return;
        }

        if (number != Number || _state != State.Waiting || _continuation is not null)
        {
            loop.ResumeSoon(continuation); // awaited a second time: its result throws
            return;
        }

        _continuation = continuation;
        if (loop.IsClosing)
        {
            loop.PostContinuation(Runner, this);
            return;
        }

        _hasPlace = true;
        if (_pass is not null)
        {
            _pass.Add(this);
        }
        else
        {
            _timer = loop.ResumeAtNs(_deadlineNs, this);
        }

        _registration = _token.UnsafeRegister(s_cancel, this); // one that is cancelled already posts now
    }

    public override void Resume()
    {
        _hasPlace = false;
        if (_state == State.Waiting)
        {
            GoOn(State.Resumed);
        }

        RecycleIfUnknown();
    }

    public void GetResult(long number)
    {
        string name = _pass is null ? "Delay" : "NextFrame";
        if (number != Number || _state == State.Taken)
        {
            throw new InvalidOperationException($"What {name} gave was awaited before. It is awaited once, since its memory is used again: call {name} anew.");
        }

        if (_state == State.Waiting)
        {
            throw loop.WaitedForSynchronously(name);
        }

        MainLoop.TakeOtherResumption();
        bool isCancelled = _state == State.Cancelled;
        CancellationToken token = _token;
        _state = State.Taken;
        if (isCancelled)
        {
            throw new OperationCanceledException(token);
        }

        if (loop.IsClosing)
        {
            throw loop.DisposedWhileWaiting(name);
        }
    }

    private void GoOn(State state)
    {
        _state = state;
        _registration.Dispose(); // waits for a callback that runs on another thread: from here on it has posted or never will
        _registration = default;
        object continuation = _continuation!;
        _continuation = null;
        Call(continuation);
    }

    private void PostCancel()
    {
        _isCancelPosted = true;
        loop.TryPostContinuation(s_cancelHere, this);
    }

    private void Cancel()
    {
        _isCancelPosted = false;
        if (_state == State.Waiting)
        {
            if (_timer.Cancel())
            {
                _hasPlace = false;
            }

            _pass?.OnCancelled();
            GoOn(State.Cancelled);
        }

        RecycleIfUnknown();
    }

    // Its result was taken, it stands nowhere, and no post will ask for it.
    private void RecycleIfUnknown()
    {
        if (_state == State.Taken && !_hasPlace && !_isCancelPosted)
        {
            Number++;
            _state = State.Waiting;
            (_token, _timer, _pass) = (default, default, null);
            loop.Recycle(this);
        }
    }
}
