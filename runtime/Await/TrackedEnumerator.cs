namespace Mainspring;

/// <summary>An enumerator that the loop closes when nobody else does: what it knows of it. It is in the loop's list as long as it is open; its reader is not, and can be collected.</summary>
internal abstract class TrackedEnumerator
{
    private readonly CancellationTokenSource _cancellation;

    protected TrackedEnumerator(MainLoop loop, object sequence, CancellationToken cancellationToken)
    {
        (Loop, Sequence) = (loop, sequence);
        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Node = new LinkedListNode<TrackedEnumerator>(this);
    }

    public object Sequence { get; }

    public string Name => Continuation.NameOf(Sequence.GetType());

    public LinkedListNode<TrackedEnumerator> Node { get; }

    public bool IsOpen => Node.List is not null;

    protected MainLoop Loop { get; }

    protected CancellationToken Token => _cancellation.Token;

    /// <summary>Cancels a step that is under way, waits for it, and disposes the enumerator. What it throws is reported.</summary>
    public async Task CloseReported()
    {
        try
        {
            Cancel();
            await Settle();
            await Dispose();
        }
        catch (Exception exception)
        {
            Loop.ReportException(exception, $"Closing the sequence '{Name}' failed", Sequence);
        }
    }

    /// <summary>Its reader is gone.</summary>
    public void CloseLost()
    {
        if (IsOpen)
        {
            Loop.WarnUnclosed($"The sequence '{Name}' was left unfinished and not closed: read it with await foreach, or dispose its enumerator.");
            _ = CloseReported();
        }
    }

    /// <summary>The loop is being disposed: there is no waiting any more.</summary>
    public void Abandon()
    {
        Loop.Leave(this);
        Cancel();
    }

    public async ValueTask Dispose()
    {
        Loop.Leave(this);
        await DisposeInner();
        _cancellation.Dispose();
    }

    protected abstract Task Settle();

    protected abstract ValueTask DisposeInner();

    private void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (AggregateException exception)
        {
            Loop.ReportException(exception, $"What was registered with the token of the sequence '{Name}' failed", Sequence);
        }
    }
}

/// <summary>An enumerator that the loop knows.</summary>
internal sealed class TrackedEnumerator<T> : TrackedEnumerator
{
    private readonly IAsyncEnumerator<T> _inner;
    private Task? _step; // that is under way, or was

    public TrackedEnumerator(MainLoop loop, IAsyncEnumerable<T> sequence, CancellationToken cancellationToken)
        : base(loop, sequence, cancellationToken)
    {
        _inner = sequence.GetAsyncEnumerator(Token);
        loop.Enter(this);
    }

    public T Current => _inner.Current;

    public ValueTask<bool> MoveNext()
    {
        ValueTask<bool> step = _inner.MoveNextAsync();
        if (step.IsCompletedSuccessfully)
        {
            return new ValueTask<bool>(Note(step.Result));
        }

        Task<bool> rest = Rest(step);
        _step = rest;
        return new ValueTask<bool>(rest);
    }

    protected override async Task Settle()
    {
        if (_step is { } step)
        {
            await step.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext); // its reader hears of it
        }
    }

    protected override ValueTask DisposeInner() => _inner.DisposeAsync();

    private async Task<bool> Rest(ValueTask<bool> step)
    {
        try
        {
            return Note(await step);
        }
        catch
        {
            Loop.Leave(this); // it is finished
            throw;
        }
    }

    private bool Note(bool hasMore)
    {
        if (!hasMore)
        {
            Loop.Leave(this);
        }

        return hasMore;
    }
}

/// <summary>A sequence whose enumerators the loop knows.</summary>
internal sealed class TrackedSequence<T>(MainLoop loop, IAsyncEnumerable<T> sequence) : IAsyncEnumerable<T>
{
    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        new Reader(loop, new TrackedEnumerator<T>(loop, sequence, cancellationToken));

    private sealed class Reader(MainLoop loop, TrackedEnumerator<T> enumerator) : IAsyncEnumerator<T>
    {
        ~Reader()
        {
            if (enumerator.IsOpen)
            {
                loop.CloseLost(enumerator);
            }
        }

        public T Current => enumerator.Current;

        public ValueTask<bool> MoveNextAsync() => enumerator.MoveNext();

        public ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            return enumerator.Dispose();
        }
    }
}
