using System.Runtime.ExceptionServices;

namespace Mainspring;

/// <summary>An exception of a <see cref="LoopTask"/> or <see cref="StartedTask"/> that nobody has seen yet. When it is collected unseen, the loop's handler gets it.</summary>
internal sealed class UnseenException(MainLoop? loop, Exception exception, string name, object? subject = null)
{
    private readonly ExceptionDispatchInfo _exception = ExceptionDispatchInfo.Capture(exception);

    private bool _isSeen;

    ~UnseenException()
    {
        if (!_isSeen)
        {
            loop?.ReportFromAnywhere(_exception.SourceException, name, subject); // a post: it does not throw
        }
    }

    public void Rethrow()
    {
        _isSeen = true;
        _exception.Throw();
    }

    /// <summary>Somebody knows it.</summary>
    public void See() => _isSeen = true;

    /// <summary>Nobody will see it: the loop's handler gets it now.</summary>
    public void Report()
    {
        _isSeen = true;
        (loop ?? MainLoop.Current)?.ReportFromAnywhere(_exception.SourceException, name, subject);
    }
}
