using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Embed;

/// <summary>A descriptor of the host's as an event source.</summary>
internal sealed unsafe class Watch(Item item, int descriptor, PollEvents interest) : IPollableSource, IDisposable
{
    // The same on every architecture.
    private const int NoPermission = 1;
    private const int NoEntry = 2;
    private const int BadDescriptor = 9;
    private const int Exists = 17;
    private const int Circle = 40;

    private readonly SafeFileHandle _handle = new(descriptor, ownsHandle: false);
    private SourceContext? _context;

    public string Name { get; } = $"descriptor {descriptor}";

    public SafeHandle Handle => _handle;

    public PollEvents Interest { get; private set; } = interest;

    public void Attach(SourceContext context) => _context = context;

    public void Detach()
    {
        _context = null;
        Dispose(); // the handle, not the descriptor, which is the host's
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (ready != PollEvents.None && item.MayRun)
        {
            item.BeginRun();
            ((delegate* unmanaged<nint, int, uint, nint, void>)item.Callback)(item.Loop.Number.Value, descriptor, (uint)ready, item.Data);
            item.EndRun();
        }

        return 1;
    }

    /// <summary>Watches for something else.</summary>
    public void WatchFor(PollEvents events)
    {
        try
        {
            _context?.SetInterest(events);
            Interest = events;
        }
        catch (IOException exception)
        {
            throw Refusal(descriptor, exception);
        }
    }

    /// <summary>Why the system refuses a descriptor, in words for C.</summary>
    public static Exception Refusal(int descriptor, IOException exception) => exception.HResult switch
    {
        NoPermission => new EmbedException(Status.System, $"Descriptor {descriptor} is a regular file or a directory, which is always ready and cannot be watched: read it, on another thread if that takes long, and ms_post the result."),
        NoEntry or BadDescriptor => new EmbedException(Status.System, $"Descriptor {descriptor} is not open. If it was closed while it was watched: cancel the watch first, then close it."),
        Exists => new EmbedException(Status.System, $"Descriptor {descriptor} is watched already: use ms_watch_for to wait for more, or dup(2) to watch it twice."),
        Circle => new EmbedException(Status.System, $"Descriptor {descriptor} is this loop's own, or that of a loop which waits for this one: it would wait for itself."),
        _ => exception,
    };

    public void Dispose() => _handle.Dispose();
}
