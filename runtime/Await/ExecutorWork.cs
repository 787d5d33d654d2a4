namespace Mainspring;

/// <summary>
/// Work that another thread does for the loop. It begins once or, when it is cancelled before, never; who awaits it goes on at its end or at once when it is
/// cancelled, and the result of work that goes on all the same is dropped.
/// </summary>
internal abstract class ExecutorWork : IThreadPoolWorkItem
{
    private static readonly Action<object?> s_cancel = static work => ((ExecutorWork)work!).RequestCancel();
    private static readonly SendOrPostCallback s_cancelHere = static work => ((ExecutorWork)work!).CancelHere();
    private static readonly SendOrPostCallback s_end = static work => ((ExecutorWork)work!).End();

    private readonly MainLoop _loop;
    private CancellationTokenRegistration _registration;
    private volatile bool _isCancelRequested;
    private int _begun;         // 1: it has begun, or never will
    private bool _hasRun;
    private bool _isLeft;       // its end was told already
    private bool _isCounted = true;
    private Exception? _exception;

    protected ExecutorWork(MainLoop loop)
    {
        _loop = loop;
        Node = new LinkedListNode<ExecutorWork>(this);
    }

    /// <summary>It is for the loop's default executor, which can be shut down.</summary>
    public bool IsOnDefault { get; init; }

    /// <summary>Its neighbours among those that are not over.</summary>
    public LinkedListNode<ExecutorWork> Node { get; }

    /// <summary>Its neighbours in an <see cref="ExecutorQueue"/>.</summary>
    public LinkedListNode<IThreadPoolWorkItem> Place => field ??= new LinkedListNode<IThreadPoolWorkItem>(this);

    /// <summary>It has run, its end was told, and nothing will ask for it any more.</summary>
    protected bool IsOver => _hasRun && _isLeft && !_isCounted && !_isCancelRequested;

    protected abstract string Name { get; }

    protected CancellationToken Token { get; private set; }

    public void Start(CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        _registration = cancellationToken.UnsafeRegister(s_cancel, this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        HelperThread.SettlePoolThread();
        Execute();
    }

    public void Execute()
    {
        if (Interlocked.Exchange(ref _begun, 1) != 0)
        {
            return; // cancelled before
        }

        try
        {
            Call();
        }
        catch (Exception exception)
        {
            _exception = exception;
        }

        _hasRun = true;
        if (!_loop.TryPostContinuation(s_end, this))
        {
            // The loop is being disposed, and tells all that are in its list: this one has to be there still, or who waits would never hear.
            _registration.Dispose();
            Interlocked.Decrement(ref _loop.OutstandingWork);
        }
    }

    /// <summary>It was not taken, and so is over.</summary>
    public void Refuse() => Leave();

    /// <summary>The loop is being disposed: who waits is told.</summary>
    public void Abandon(Exception exception)
    {
        if (!_isLeft)
        {
            _isLeft = true;
            Fail(exception);
        }
    }

    /// <summary>Before it is used again.</summary>
    protected void Renew() => (_begun, _hasRun, _isLeft, _isCounted, _exception, _registration) = (0, false, false, true, null, default);

    protected abstract void Call();

    protected abstract void Succeed();

    protected abstract void Fail(Exception exception);

    /// <summary>It was cancelled before it has begun.</summary>
    protected virtual void OnNeverRun()
    {
    }

    private void RequestCancel()
    {
        _isCancelRequested = true;
        _loop.TryPostContinuation(s_cancelHere, this);
    }

    private void CancelHere()
    {
        if (_isLeft || _hasRun)
        {
            return; // a result beats a cancellation
        }

        _isLeft = true;
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            OnNeverRun();
            Leave();
        }

        Fail(new OperationCanceledException(Token));
    }

    // On the loop's thread.
    private void End()
    {
        Leave();
        if (_isLeft)
        {
            if (_exception is not null and not OperationCanceledException)
            {
                _loop.ReportFromAnywhere(_exception, Name); // nobody waits for it any more
            }
        }
        else if (_exception is null)
        {
            _isLeft = true;
            Succeed();
        }
        else
        {
            _isLeft = true;
            Fail(_exception);
        }
    }

    private void Leave()
    {
        _registration.Dispose();
        if (_isCounted)
        {
            _isCounted = false;
            _loop.Leave(this);
        }
    }
}

/// <summary>Work with a result.</summary>
internal sealed class ExecutorWork<T>(MainLoop loop, Func<CancellationToken, T> function, string name) : ExecutorWork(loop)
{
    private T? _result;

    protected override string Name => name;

    public LoopTaskSource<T> Source { get; } = new Named(loop, name);

    protected override void Call() => _result = function(Token);

    protected override void Succeed() => Source.SetResult(_result!);

    protected override void Fail(Exception exception) => Source.SetException(exception);

    private sealed class Named(MainLoop loop, string name) : LoopTaskSource<T>(loop)
    {
        public override string Name => name;
    }
}
