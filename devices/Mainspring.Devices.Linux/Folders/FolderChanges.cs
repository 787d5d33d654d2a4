using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>What has become of the nodes of a folder, read from inotify(7) one change at a time.</summary>
internal sealed class FolderChanges(string folder, string prefix)
{
    private const int BufferSize = 4096;
    private const int MaxName = 255; // NAME_MAX
    private const uint OfFolder = Inotify.Created | Inotify.MovedTo | Inotify.MovedFrom | Inotify.Deleted | Inotify.Attributes
        | Inotify.SelfDeleted | Inotify.SelfMoved | Inotify.OnlyFolders;
    private const uint OfAncestor = Inotify.Created | Inotify.MovedTo | Inotify.SelfDeleted | Inotify.SelfMoved | Inotify.OnlyFolders;

    private readonly byte[] _buffer = new byte[BufferSize];
    private readonly Dictionary<string, string> _nodes = [];  // the path by its name
    private readonly Queue<FolderChange> _pending = new();
    private SourceContext? _context;
    private SafeFileHandle? _inotify;
    private int _folder = -1;    // the watch of the folder, while it is there
    private int _ancestor = -1;  // the watch of the nearest folder above it, while it is not
    private int _start;          // of what was read and not yet looked at
    private int _end;

    /// <summary>The descriptor; null while closed.</summary>
    public SafeFileHandle? Handle => _inotify;

    /// <summary>The paths of the nodes that are there.</summary>
    public IReadOnlyCollection<string> Nodes => _nodes.Values;

    /// <summary>Begins, for a source; what is there already counts as added.</summary>
    /// <exception cref="IOException">The system gives no inotify instance or watch.</exception>
    /// <exception cref="InvalidOperationException">It has begun already.</exception>
    public void Attach(SourceContext context, string name)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_inotify is not null)
        {
            throw new InvalidOperationException($"{name} is attached already: a watch serves one loop.");
        }

        _inotify = Inotify.Open(folder);
        try
        {
            Follow();
        }
        catch
        {
            Detach();
            throw;
        }

        _context = context;
        context.Wake(); // for what is there already, when the first handlers have been added
    }

    /// <summary>Takes changes, one after the other, to where they are emitted.</summary>
    /// <returns>How many steps that were.</returns>
    public int Dispatch(int maxEvents, Action<SourceContext, FolderChange> take)
    {
        // A handler may remove the watch, and even add it again.
        int handled = 0;
        for (SafeFileHandle? inotify = _inotify; handled < maxEvents && inotify is not null && ReferenceEquals(_inotify, inotify); handled++)
        {
            if (!TryStep(out FolderChange change))
            {
                break;
            }

            take(_context!, change);
        }

        return handled;
    }

    /// <summary>Ends. Idempotent.</summary>
    public void Detach()
    {
        _context = null;
        _inotify?.Dispose();
        _inotify = null;
        _folder = _ancestor = -1;
        _start = _end = 0;
        _nodes.Clear();
        _pending.Clear();
    }

    /// <summary>Whether nodes of this name are looked at.</summary>
    public bool IsMeant(ReadOnlySpan<char> name) => name is not [] and not ['.', ..] && name.StartsWith(prefix, StringComparison.Ordinal);

    // Takes the next step, which may be none of the nodes'. False: there is nothing more now.
    private bool TryStep(out FolderChange change) => _pending.TryDequeue(out change) || (_inotify is { } inotify && ReadOne(inotify));

    // Looks at one change; what it means for the nodes comes next. False: there is none now.
    private bool ReadOne(SafeFileHandle inotify)
    {
        if (_start == _end)
        {
            _start = 0;
            _end = Descriptor.Read(inotify, _buffer, out Errno error);
            if (_end == 0)
            {
                return error == Errno.Again ? false : throw FolderErrors.Unreadable(folder, error);
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
            _pending.Enqueue(new FolderChange(FolderChangeKind.Lost, folder));
            ForgetNodes();
            Follow(); // what was lost may have been the folder's own end
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
                _pending.Enqueue(new FolderChange(FolderChangeKind.Removed, path!));
            }
        }
        else if ((mask & (Inotify.Created | Inotify.MovedTo)) != 0 && !isKnown)
        {
            Add(name.ToString());
        }
        else if (isKnown && (mask & Inotify.Created) == 0) // it was made between the start of the watch and the look at the folder
        {
            _pending.Enqueue(new FolderChange(FolderChangeKind.Changed, path!));
        }
    }

    // Watches the folder, or what is there of the way to it.
    private void Follow()
    {
        while (true)
        {
            _folder = Watch(folder, OfFolder);
            if (_folder >= 0)
            {
                if (_ancestor != _folder)
                {
                    Unwatch(ref _ancestor);
                }

                LookAround();
                return;
            }

            string next = folder, above = Path.GetDirectoryName(next)!;
            int before = _ancestor;
            while ((_ancestor = Watch(above, OfAncestor)) < 0)
            {
                next = above;
                above = Path.GetDirectoryName(next) ?? throw FolderErrors.Unreadable(folder, Errno.NoEntry);
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

    private void LookAround()
    {
        try
        {
            foreach (string path in Directory.EnumerateFiles(folder))
            {
                string name = Path.GetFileName(path);
                if (IsMeant(name) && !_nodes.ContainsKey(name))
                {
                    Add(name);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            // It has gone meanwhile: its end is among the changes that come next.
        }
    }

    private int Watch(string path, uint changes)
    {
        int watch = Inotify.Add(_inotify!, path, changes);
        if (watch >= 0 || Errno.Last == Errno.NoEntry || Errno.Last == Errno.NotDirectory)
        {
            return watch;
        }

        throw FolderErrors.NoWatch(path, Errno.Last);
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
        string path = Path.Combine(folder, name);
        _nodes.Add(name, path);
        _pending.Enqueue(new FolderChange(FolderChangeKind.Added, path));
    }

    private void ForgetNodes()
    {
        foreach (string path in _nodes.Values)
        {
            _pending.Enqueue(new FolderChange(FolderChangeKind.Removed, path));
        }

        _nodes.Clear();
    }
}
