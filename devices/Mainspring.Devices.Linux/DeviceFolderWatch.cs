using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

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
    private const int BufferSize = 4096;
    private const int MaxName = 255; // NAME_MAX
    private const uint FolderChanges = Inotify.Created | Inotify.MovedTo | Inotify.MovedFrom | Inotify.Deleted | Inotify.Attributes
        | Inotify.SelfDeleted | Inotify.SelfMoved | Inotify.OnlyFolders;
    private const uint AncestorChanges = Inotify.Created | Inotify.MovedTo | Inotify.SelfDeleted | Inotify.SelfMoved | Inotify.OnlyFolders;

    private readonly string _prefix;
    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly Dictionary<string, string> _nodes = [];  // the path by its name
    private readonly Queue<(Change Change, string Path)> _pending = new();
    private readonly List<(SourceHandle Source, string Path)> _reopened = [];
    private SourceContext? _context;
    private SafeFileHandle? _inotify;
    private int _folder = -1;    // the watch of the folder, while it is there
    private int _ancestor = -1;  // the watch of the nearest folder above it, while it is not
    private int _start;          // of what was read and not yet looked at
    private int _end;

    /// <summary>A watch that begins when it is added to a loop.</summary>
    /// <param name="folder">The folder, such as <c>/dev/serial/by-id</c>. A symbolic link on the way to it is followed, as it is when the watch begins.</param>
    /// <param name="prefix">How the names begin that are meant; empty means all.</param>
    /// <exception cref="ArgumentException">The folder's name is empty.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public DeviceFolderWatch(string folder, string prefix = "")
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(prefix);
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException($"{folder}: DeviceFolderWatch needs Linux.");
        }

        Folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        Name = $"watch:{Path.Combine(Folder, prefix)}";
        _prefix = prefix;
    }

    private enum Change
    {
        Added,
        Changed,
        Removed,
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>The folder's full path.</summary>
    public string Folder { get; }

    /// <summary>The full paths of the nodes that are there, as far as it was told: a node may be in it before its event has been emitted.</summary>
    public IReadOnlyCollection<string> Nodes => _nodes.Values;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The watch is not attached.</exception>
    public SafeHandle Handle => _inotify ?? throw new InvalidOperationException($"{Name} is not attached.");

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
        if (Path.GetDirectoryName(path) != Folder || !IsMeant(Path.GetFileName(path)))
        {
            throw new ArgumentException($"{path} is not watched by {Name}; watch the folder that it is in.", nameof(path));
        }

        _reopened.Add((source, path));
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The system gives no further inotify instance or watch, or the folder may not be read; the message says what to do.</exception>
    /// <exception cref="InvalidOperationException">The watch is attached already.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_inotify is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a watch serves one loop.");
        }

        _inotify = Inotify.Open(Folder);
        _context = context;
        try
        {
            Follow();
        }
        catch
        {
            Detach();
            throw;
        }

        context.Wake(); // for what is there already, when the first handlers have been added
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        // A handler may remove the watch, and even add it again.
        int handled = 0;
        for (SafeFileHandle? inotify = _inotify; handled < maxEvents && inotify is not null && ReferenceEquals(_inotify, inotify); handled++)
        {
            if (!EmitPending() && !ReadOne(inotify))
            {
                break;
            }
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _inotify?.Dispose();
        _inotify = null;
        _context = null;
        _folder = _ancestor = -1;
        _start = _end = 0;
        _nodes.Clear();
        _pending.Clear();
    }

    private bool EmitPending()
    {
        if (!_pending.TryDequeue(out (Change Change, string Path) next))
        {
            return false;
        }

        SourceContext context = _context!;
        if (next.Change != Change.Removed)
        {
            for (int i = _reopened.Count - 1; i >= 0; i--)
            {
                (SourceHandle source, string path) = _reopened[i];
                if (source.State == SourceState.Removed)
                {
                    _reopened.RemoveAt(i);
                }
                else if (path == next.Path)
                {
                    source.RetryNow();
                }
            }
        }

        switch (next.Change)
        {
            case Change.Added:
                context.Emit(new DeviceNodeAdded(next.Path));
                break;
            case Change.Changed:
                context.Emit(new DeviceNodeChanged(next.Path));
                break;
            default:
                context.Emit(new DeviceNodeRemoved(next.Path));
                break;
        }

        return true;
    }

    // Looks at one change; what it means for the nodes is emitted next. False: there is none now.
    private bool ReadOne(SafeFileHandle inotify)
    {
        if (_start == _end)
        {
            _start = 0;
            _end = Descriptor.Read(inotify, _buffer, out Errno error);
            if (_end == 0)
            {
                return error == Errno.Again ? false : throw FolderErrors.Unreadable(Folder, error);
            }
        }

        var change = MemoryMarshal.Read<InotifyEvent>(_buffer.AsSpan(_start));
        _start += Unsafe.SizeOf<InotifyEvent>();
        ReadOnlySpan<byte> name = _buffer.AsSpan(_start, (int)change.NameLength);
        _start += name.Length;
        int end = name.IndexOf((byte)0);
        Take(in change, end < 0 ? name : name[..end]);
        return true;
    }

    private void Take(in InotifyEvent change, ReadOnlySpan<byte> name)
    {
        if ((change.Mask & Inotify.Overflow) != 0)
        {
            ForgetNodes();
            _context!.Lost(1); // how many nobody knows
            if (_inotify is not null)
            {
                Follow(); // what was lost may have been the folder's own end
            }
        }
        else if (change.Watch == _ancestor && _folder < 0)
        {
            Follow();
        }
        else if (change.Watch == _folder)
        {
            if ((change.Mask & (Inotify.SelfDeleted | Inotify.SelfMoved | Inotify.Ignored)) != 0)
            {
                ForgetNodes();
                Unwatch(ref _folder);
                Follow();
            }
            else if ((change.Mask & Inotify.IsFolder) == 0)
            {
                TakeNode(change.Mask, name);
            }
        }
    }

    private void TakeNode(uint mask, ReadOnlySpan<byte> utf8)
    {
        Span<char> characters = stackalloc char[MaxName];
        if (!Encoding.UTF8.TryGetChars(utf8, characters, out int length) || !IsMeant(characters[..length]))
        {
            return;
        }

        ReadOnlySpan<char> name = characters[..length];
        Dictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> nodes = _nodes.GetAlternateLookup<ReadOnlySpan<char>>();
        bool isKnown = nodes.TryGetValue(name, out string? path);
        if ((mask & (Inotify.Deleted | Inotify.MovedFrom)) != 0)
        {
            if (isKnown)
            {
                nodes.Remove(name);
                _pending.Enqueue((Change.Removed, path!));
            }
        }
        else if ((mask & (Inotify.Created | Inotify.MovedTo)) != 0 && !isKnown)
        {
            Add(name.ToString());
        }
        else if (isKnown && (mask & Inotify.Created) == 0) // it was made between the start of the watch and the look at the folder
        {
            _pending.Enqueue((Change.Changed, path!));
        }
    }

    // Watches the folder, or what is there of the way to it.
    private void Follow()
    {
        while (true)
        {
            _folder = Watch(Folder, FolderChanges);
            if (_folder >= 0)
            {
                if (_ancestor != _folder)
                {
                    Unwatch(ref _ancestor);
                }

                foreach (string path in Directory.EnumerateFiles(Folder))
                {
                    string name = Path.GetFileName(path);
                    if (IsMeant(name) && !_nodes.ContainsKey(name))
                    {
                        Add(name);
                    }
                }

                return;
            }

            string next = Folder, above = Path.GetDirectoryName(next)!;
            int before = _ancestor;
            while ((_ancestor = Watch(above, AncestorChanges)) < 0)
            {
                next = above;
                above = Path.GetDirectoryName(next) ?? throw FolderErrors.Unreadable(Folder, Errno.NoEntry);
            }

            if (before >= 0 && before != _ancestor)
            {
                Unwatch(ref before);
            }

            if (!Directory.Exists(next))
            {
                return;
            }
        }
    }

    private int Watch(string folder, uint changes)
    {
        int watch = Inotify.Add(_inotify!, folder, changes);
        if (watch >= 0 || Errno.Last == Errno.NoEntry || Errno.Last == Errno.NotDirectory)
        {
            return watch;
        }

        throw FolderErrors.NoWatch(folder, Errno.Last);
    }

    private void Unwatch(ref int watch)
    {
        if (watch >= 0)
        {
            _ = Inotify.Remove(_inotify!, watch); // fails when the kernel has dropped it with its folder
            watch = -1;
        }
    }

    private void Add(string name)
    {
        string path = Path.Combine(Folder, name);
        _nodes.Add(name, path);
        _pending.Enqueue((Change.Added, path));
    }

    private void ForgetNodes()
    {
        foreach (string path in _nodes.Values)
        {
            _pending.Enqueue((Change.Removed, path));
        }

        _nodes.Clear();
    }

    private bool IsMeant(ReadOnlySpan<char> name) => name is not [] and not ['.', ..] && name.StartsWith(_prefix, StringComparison.Ordinal);
}
