using System.Threading.Tasks.Sources;

namespace Mainspring;

/// <summary>The frames of a loop, one after the other; see <see cref="MainLoop.Frames"/>. One reader at a time, on the loop's thread.</summary>
internal sealed class FrameStream(MainLoop loop, AwaitPass pass, CancellationToken own)
    : Continuation, IAsyncEnumerable<Frame>, IAsyncEnumerator<Frame>, IValueTaskSource<bool>
{
    private static readonly Action<object?> s_cancel = static stream => ((FrameStream)stream!).PostCancel();
    private static readonly SendOrPostCallback s_cancelHere = static stream => ((FrameStream)stream!).CancelHere();

    private CancellationToken _other;
    private CancellationTokenRegistration _ownRegistration;
    private CancellationTokenRegistration _otherRegistration;
    private Action<object?>? _continuation;
    private object? _state;
    private long _number;      // of the last pass before the wait
    private short _version;
    private bool _isRead;
    private bool _isInPass;
    private bool _isCancelled;

    public Frame Current { get; private set; }

    public override string Name => "Frames";

    private CancellationToken Cancelled => own.IsCancellationRequested ? own : _other;

    public IAsyncEnumerator<Frame> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        if (_isRead)
        {
            return new FrameStream(loop, pass, own).GetAsyncEnumerator(cancellationToken);
        }

        _isRead = true;
        _other = cancellationToken;
        _ownRegistration = own.UnsafeRegister(s_cancel, this);
        _otherRegistration = _other.UnsafeRegister(s_cancel, this);
        return this;
    }

    public ValueTask<bool> MoveNextAsync()
    {
        if (own.IsCancellationRequested || _other.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<bool>(Cancelled);
        }

        ObjectDisposedException.ThrowIf(loop.IsClosing, loop);
        if (_continuation is not null)
        {
            throw new InvalidOperationException("The next frame is awaited already: Frames has one reader.");
        }

        _number = pass.Number;
        return new ValueTask<bool>(this, ++_version);
    }

    public ValueTask DisposeAsync()
    {
        _ownRegistration.Dispose();
        _otherRegistration.Dispose();
        return default;
    }

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => ValueTaskSourceStatus.Pending; // a frame is never over at once

    bool IValueTaskSource<bool>.GetResult(short token)
    {
        if (token != _version || (!_isCancelled && pass.Number <= _number))
        {
            throw loop.IsClosing ? loop.DisposedWhileWaiting("Frames") : loop.WaitedForSynchronously("Frames");
        }

        if (_isCancelled)
        {
            throw new OperationCanceledException(Cancelled);
        }

        _version++; // taken
        return true;
    }

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        (_continuation, _state) = (continuation, state);
        if (loop.IsOnOwnThread)
        {
            Join();
        }
        else
        {
            loop.PostWait(pass, this);
            _isInPass = true;
        }
    }

    public override void Resume()
    {
        _isInPass = false;
        if (_continuation is not null)
        {
            Current = loop.Frame;
            GoOn();
        }
    }

    private void Join()
    {
        if (!_isInPass)
        {
            _isInPass = true;
            pass.Add(this);
        }
    }

    private void GoOn()
    {
        (Action<object?> continuation, object? state) = (_continuation!, _state);
        (_continuation, _state) = (null, null);
        continuation(state);
    }

    private void PostCancel() => loop.TryPostContinuation(s_cancelHere, this);

    private void CancelHere()
    {
        if (_continuation is not null)
        {
            _isCancelled = true;
            GoOn();
        }
    }
}
