using System.Runtime.ExceptionServices;

namespace Mainspring;

/// <summary>An exception of a <see cref="LoopTask"/> or <see cref="StartedTask"/> that nobody has seen yet. The loop's handler gets it when it is collected unseen, and at the latest at the loop's end.</summary>
internal sealed class UnseenException
{
    private readonly MainLoop? _loop;
    private readonly ExceptionDispatchInfo _exception;
    private readonly string _name;
    private readonly object? _subject;
    private int _isSeen;

    public UnseenException(MainLoop? loop, Exception exception, string name, object? subject = null)
    {
        (_loop, _name, _subject) = (loop, name, subject);
        _exception = ExceptionDispatchInfo.Capture(exception);
        Node = new LinkedListNode<WeakReference<UnseenException>>(new WeakReference<UnseenException>(this, trackResurrection: true)); // also while its finalizer is due
        loop?.Enter(this);
    }

    ~UnseenException() => Report(); // a post: it does not throw

    /// <summary>Its place in the loop's list, as long as nobody has seen it.</summary>
    public LinkedListNode<WeakReference<UnseenException>> Node { get; }

    public void Rethrow()
    {
        See();
        _exception.Throw();
    }

    /// <summary>Somebody knows it.</summary>
    /// <returns>False when somebody did before.</returns>
    public bool See()
    {
        if (Interlocked.Exchange(ref _isSeen, 1) != 0)
        {
            return false;
        }

        _loop?.Leave(this);
        return true;
    }

    /// <summary>Nobody will see it: the loop's handler gets it now.</summary>
    public void Report()
    {
        if (See())
        {
            (_loop ?? MainLoop.Current)?.ReportFromAnywhere(_exception.SourceException, _name, _subject);
        }
    }
}
