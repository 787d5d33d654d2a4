using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Embed;

/// <summary>A descriptor of the host's as an event source.</summary>
internal sealed unsafe class Watch(Item item, int descriptor, PollEvents interest) : IPollableSource, IDisposable
{
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
        _context?.SetInterest(events);
        Interest = events;
    }

    public void Dispose() => _handle.Dispose();
}
