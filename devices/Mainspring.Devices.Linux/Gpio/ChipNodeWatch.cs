using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// Says when the node of a chip is removed (inotify(7)), and with it the chip: kernels before 6.6 do not wake who waits for its lines. It is a source beside the one that it
/// watches for, with a descriptor in the loop's one wait, so that it costs nothing while the chip is there.
/// </summary>
internal sealed partial class ChipNodeWatch : IPollableSource
{
    private const int CreateFlags = 0x80800;        // IN_NONBLOCK | IN_CLOEXEC
    private const uint Attributes = 0x4;            // IN_ATTRIB
    private const uint MovedAway = 0x800;           // IN_MOVE_SELF
    private const uint Deleted = 0x400;             // IN_DELETE_SELF

    private readonly Action _onChange;
    private readonly SafeFileHandle _inotify;

    private ChipNodeWatch(string node, SafeFileHandle inotify, Action onChange)
    {
        Name = $"gpio-node:{node}";
        _inotify = inotify;
        _onChange = onChange;
    }

    public string Name { get; }

    public SafeHandle Handle => _inotify;

    public PollEvents Interest => PollEvents.Readable;

    /// <summary>Watches a node, or says that the system does not (there are few inotify instances for each user).</summary>
    /// <param name="onChange">Called when something has happened to it: the chip may be gone. Loop's thread.</param>
    public static ChipNodeWatch? TryCreate(string node, Action onChange)
    {
        int descriptor = Create(CreateFlags);
        if (descriptor < 0)
        {
            return null;
        }

        var inotify = new SafeFileHandle(descriptor, ownsHandle: true);
        if (Add(inotify, node, Attributes | MovedAway | Deleted) >= 0)
        {
            return new ChipNodeWatch(node, inotify, onChange);
        }

        inotify.Dispose();
        return null;
    }

    public void Attach(SourceContext context)
    {
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        // What it says does not matter, only that it says something.
        Span<byte> events = stackalloc byte[4096];
        int handled = 0;
        while (handled < maxEvents && !_inotify.IsClosed && Descriptor.Read(_inotify, events, out _) > 0)
        {
            handled++;
        }

        if (handled > 0)
        {
            _onChange();
        }

        return handled;
    }

    public void Detach() => _inotify.Dispose();

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Create(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Add(SafeFileHandle inotify, string path, uint mask);
}
