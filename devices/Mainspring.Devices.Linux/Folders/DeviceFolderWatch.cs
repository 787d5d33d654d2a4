using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux;

/// <summary>
/// A folder of device nodes, watched through inotify(7): one descriptor in the loop's one wait. It emits <see cref="DeviceNodeAdded"/> for each node, those that are
/// there already first, then <see cref="DeviceNodeChanged"/> and <see cref="DeviceNodeRemoved"/>. Loop's thread only.
/// </summary>
/// <remarks>
/// <para>The folder need not be there: it is taken up as soon as it is made, and again after it was removed (udev removes <c>/dev/serial/by-id</c> with its last device).</para>
/// <para>When the kernel's queue overflows (fs.inotify.max_queued_events), <see cref="EventsLost"/> says so, and all nodes are emitted as removed and those that are there as added again:
/// whether they are still the same ones nobody knows. Folders, and names that begin with a dot, are left out.</para>
/// </remarks>
[DebuggerDisplay("{Name}, {Nodes.Count} nodes")]
public sealed class DeviceFolderWatch : IPollableSource
{
    private readonly FolderChanges _changes;
    private readonly Action<SourceContext, FolderChange> _emit;
    private readonly List<(SourceHandle Source, string Path)> _reopened = [];

    /// <summary>A watch that begins when it is added to a loop.</summary>
    /// <param name="folder">The folder, such as <c>/dev/serial/by-id</c>. A symbolic link on the way to it is followed, as it is when the watch begins.</param>
    /// <param name="prefix">How the names begin that are meant; empty means all.</param>
    /// <exception cref="ArgumentException">The folder's name is empty.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public DeviceFolderWatch(string folder, string prefix = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(prefix);
        LinuxOnly.Check(folder, nameof(DeviceFolderWatch), "elsewhere a RetryPolicy opens a device again that has come back");

        Folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Name = $"watch:{Path.Combine(Folder, prefix)}";
        _changes = new FolderChanges(Folder, prefix);
        _emit = Emit;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>The full paths of the nodes that are there, as far as it was told: a node may be in it before its event has been emitted.</summary>
    public IReadOnlyCollection<string> Nodes => _changes.Nodes;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The watch is not attached.</exception>
    public SafeHandle Handle => _changes.Handle ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    /// <summary>
    /// Has a source that has lost its device tried again as soon as its node is there again, or may be opened, instead of when its <see cref="RetryPolicy"/> says so. One that was
    /// given up is tried again too. Ends when the source is removed.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="path">The path of its node, in this folder.</param>
    /// <exception cref="ArgumentException">The path is not in this folder, or its name is not among those that are watched.</exception>
    public void Reopen(SourceHandle source, string path)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        if (Path.GetDirectoryName(path) != Folder || !_changes.IsMeant(Path.GetFileName(path)))
        {
            throw new ArgumentException($"{path} is not watched by {Name}; watch the folder that it is in.", nameof(path));
        }

        _reopened.Add((source, path));
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The system gives no further inotify instance or watch, or the folder may not be read; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">The watch is attached already.</exception>
    public void Attach(SourceContext context) => _changes.Attach(context, Name);

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents) => _changes.Dispatch(maxEvents, _emit);

    /// <inheritdoc/>
    public void Detach() => _changes.Detach();

    private void Emit(SourceContext context, FolderChange change)
    {
        switch (change.Kind)
        {
            case FolderChangeKind.Added:
                TryAgain(change.Path);
                context.Emit(new DeviceNodeAdded(change.Path));
                break;
            case FolderChangeKind.Changed:
                TryAgain(change.Path);
                context.Emit(new DeviceNodeChanged(change.Path));
                break;
            case FolderChangeKind.Removed:
                context.Emit(new DeviceNodeRemoved(change.Path));
                break;
            case FolderChangeKind.Lost:
                context.Lost(1); // how many nobody knows
                break;
        }
    }

    private void TryAgain(string node)
    {
        for (int i = _reopened.Count - 1; i >= 0; i--)
        {
            (SourceHandle source, string path) = _reopened[i];
            if (source.State == SourceState.Removed)
            {
                _reopened.RemoveAt(i);
            }
            else if (path == node)
            {
                source.RetryNow();
            }
        }
    }
}
