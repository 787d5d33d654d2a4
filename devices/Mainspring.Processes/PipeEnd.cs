using System.Runtime.InteropServices;

namespace Mainspring.Processes;

/// <summary>
/// Our end of a pipe, which is in the loop's wait only while somebody wants something of it: the hang-up of an end that nobody reads would otherwise be told for ever.
/// </summary>
internal sealed class PipeEnd(MainLoop loop, PipeFile file, string name, IPipeEndOwner owner) : IPollableSource
{
    private SourceContext? _context;
    private SourceHandle? _handle;
    private bool _isLeaving; // by itself: not because the loop ends

    public string Name => name;

    public PipeFile File => file;

    public SafeHandle Handle => file.Handle;

    /// <summary>What is wanted of it.</summary>
    public PollEvents Wanted { get; private set; }

    public PollEvents Interest => Wanted | file.LeastInterest;

    public SourceContext? Context => _context;

    /// <summary>Watches for something; for nothing, that the other end is not gone.</summary>
    public void WatchFor(PollEvents interest)
    {
        if (_handle is null)
        {
            Wanted = interest;
            _handle = loop.Add(this, RetryPolicy.Never);
            owner.OnWatched(_handle);
        }
        else if (Wanted != interest)
        {
            Wanted = interest;
            _context!.SetInterest(Interest);
        }

        if (interest == PollEvents.None)
        {
            _handle.Unref(); // nobody waits for it
        }
        else
        {
            _handle.Ref();
        }
    }

    /// <summary>Wants nothing for now.</summary>
    public void Rest()
    {
        if (_handle is not null)
        {
            WatchFor(PollEvents.None);
        }
    }

    public void Close()
    {
        Leave();
        file.Dispose();
    }

    public void Attach(SourceContext context) => _context = context;

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (Wanted != PollEvents.None)
        {
            owner.OnReady(ready);
        }
        else if (file.HasHungUp)
        {
            Leave(); // the other end is gone, and nobody has asked
            owner.OnHangUp();
        }

        return 1;
    }

    public void Detach()
    {
        bool isEnd = _context is not null && !_isLeaving;
        _context = null;
        _handle = null;
        if (isEnd)
        {
            owner.OnLoopEnd();
        }
    }

    private void Leave()
    {
        _isLeaving = true;
        _handle?.Remove();
        _handle = null;
        _isLeaving = false;
    }
}

/// <summary>Whom a pipe's end tells.</summary>
internal interface IPipeEndOwner
{
    void OnWatched(SourceHandle source);

    void OnReady(PollEvents ready);

    void OnHangUp();

    void OnLoopEnd();
}
