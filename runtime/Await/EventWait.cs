namespace Mainspring;

/// <summary>A wait for the next event of a type; see <see cref="SourceHandle"/>.</summary>
internal interface IEventWait<TEvent>
    where TEvent : struct, allows ref struct
{
    /// <summary>Whether this is the event that was waited for.</summary>
    bool OnEvent(in TEvent e);
}

/// <summary>A wait for the next event of whatever type.</summary>
internal interface IAnyEventWait
{
    void OnEvent();
}

/// <summary>What stands behind the task of <c>WaitFor</c>. The loop's pool keeps it for the next one.</summary>
internal abstract class EventWait<T>(MainLoop loop) : LoopTaskSource<T>(loop), ISourceWait
{
    private static readonly Action<object?> s_cancel = static wait => ((EventWait<T>)wait!).PostCancel();
    private static readonly SendOrPostCallback s_cancelHere = static wait => ((EventWait<T>)wait!).CancelHere();

    private SourceHandle? _source;
    private CancellationToken _token;
    private CancellationTokenRegistration _registration;
    private volatile bool _isCancelPosted;
    private bool _isFree;

    public override string Name => $"WaitFor {_source?.Name}";

    public void Start(SourceHandle source, CancellationToken cancellationToken)
    {
        (_source, _token, _isFree) = (source, cancellationToken, false);
        source.Waits.Add(this);
        _registration = cancellationToken.UnsafeRegister(s_cancel, this);
    }

    public void OnRemoved(SourceHandle source)
    {
        StopWaiting();
        SetException(Loop!.IsClosing
            ? Loop.DisposedWhileWaiting($"WaitFor {source.Name}")
            : new InvalidOperationException($"Source '{source.Name}' was removed from loop '{Loop.Name}' while a method waited for its next event: there will be none."));
    }

    protected void EndWith(T result)
    {
        StopWaiting();
        SetResult(result);
    }

    protected void FailWith(Exception exception)
    {
        StopWaiting();
        SetException(exception);
    }

    protected override void GiveBack()
    {
        _isFree = true;
        if (!_isCancelPosted)
        {
            Loop!.TaskPool.Add(GetType(), this);
        }
    }

    private void StopWaiting()
    {
        _registration.Dispose();
        (_registration, _source) = (default, null);
    }

    private void PostCancel()
    {
        _isCancelPosted = true;
        Loop!.TryPostContinuation(s_cancelHere, this);
    }

    private void CancelHere()
    {
        _isCancelPosted = false;
        if (_source is { } source)
        {
            source.Waits.Remove(this);
            StopWaiting();
            SetException(new OperationCanceledException(_token));
        }
        else if (_isFree)
        {
            Loop!.TaskPool.Add(GetType(), this); // it was only kept back for this post
        }
    }
}

/// <summary>What waits for a source.</summary>
internal interface ISourceWait
{
    void OnRemoved(SourceHandle source);
}

/// <summary>Waits for an event of one type.</summary>
internal sealed class TypedEventWait<TEvent>(MainLoop loop) : EventWait<TEvent>(loop), IEventWait<TEvent>
    where TEvent : struct
{
    private Func<TEvent, bool>? _condition;

    public void Start(SourceHandle source, Func<TEvent, bool>? condition, CancellationToken cancellationToken)
    {
        _condition = condition;
        Start(source, cancellationToken);
    }

    public bool OnEvent(in TEvent e)
    {
        try
        {
            if (_condition?.Invoke(e) == false)
            {
                return false;
            }
        }
        catch (Exception exception)
        {
            FailWith(exception);
            return true;
        }

        EndWith(e);
        return true;
    }

    protected override void GiveBack()
    {
        _condition = null; // it may hold on to much
        base.GiveBack();
    }
}

/// <summary>Waits for any event.</summary>
internal sealed class AnyEventWait(MainLoop loop) : EventWait<Nothing>(loop), IAnyEventWait
{
    public void OnEvent() => EndWith(default);
}
