namespace Mainspring;

/// <summary>The sources of a loop, and which of them want to be dispatched. Loop's thread only, but for <see cref="AddWoken"/>.</summary>
internal sealed class SourceTable
{
    private readonly Lock _wakeLock = new();
    private SourceHandle?[] _slots = new SourceHandle?[16];
    private readonly Stack<int> _free = [];
    private readonly ReferenceSet _sources = new(); // until they have let go of their device
    private List<SourceHandle> _withWorkLeft = new(16); // not empty: its first growth would come in a steady state
    private List<SourceHandle> _spareWorkLeft = new(16);
    private List<SourceHandle> _woken = new(16); // guarded by _wakeLock
    private List<SourceHandle> _spareWoken = new(16);
    private int _wokenCount;
    private long _number;
    private int _slotCount; // that were ever used

    public int Count { get; private set; }

    public bool HasPolled => PolledCount > 0;

    public int PolledCount { get; set; }

    public bool HasWorkLeft => _withWorkLeft.Count > 0;

    public bool HasWoken => Volatile.Read(ref _wokenCount) > 0;

    public bool HasReferenced
    {
        get
        {
            foreach (SourceHandle? source in _slots)
            {
                if (source is { IsReferenced: true, State: not SourceState.Failed })
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Those that are asked each tick. Replaced, never changed: a pass over it is not disturbed by who comes and goes.</summary>
    public SourceHandle[] Prepared { get; private set; } = [];

    public SourceHandle[] All() => Array.FindAll(_slots, static source => source is not null)!;

    public SourceHandle Add(MainLoop loop, IEventSource source, RetryPolicy retry)
    {
        if (!_sources.Add(source))
        {
            throw new InvalidOperationException($"{source.Name} is in loop '{loop.Name}' already: remove it first, and not within its own Attach.");
        }

        if (!_free.TryPop(out int index))
        {
            index = _slotCount++;
            if (index == _slots.Length)
            {
                Array.Resize(ref _slots, index + (index / 2));
            }
        }

        var handle = new SourceHandle(loop, source, retry, SourceKey.Of(++_number, index));
        _slots[index] = handle;
        Count++;
        return handle;
    }

    public void Remove(SourceHandle handle)
    {
        int index = SourceKey.IndexOf(handle.Key);
        if (_slots[index] == handle)
        {
            _slots[index] = null;
            _free.Push(index);
            Count--;
        }
    }

    /// <summary>Tells the processor that the handle of the source with this key comes soon.</summary>
    public void PrefetchHandle(long key) => Prefetch.Lines(ref _slots[SourceKey.IndexOf(key)], 4);

    /// <summary>Tells the processor that the source itself comes soon; its handle is there already.</summary>
    public void PrefetchSource(long key)
    {
        if (Find(key) is { } handle)
        {
            (IEventSource? source, SourceContext? context) = (handle.Source, handle.Context);
            Prefetch.Lines(ref source, 6);
            Prefetch.Lines(ref context, 1);
        }
    }

    /// <summary>The source was detached for good: it may be added again.</summary>
    public void LetGo(SourceHandle handle) => _sources.Remove(handle.Source);

    public void AddPrepared(SourceHandle source) => Prepared = [.. Prepared, source];

    public void RemovePrepared(SourceHandle source)
    {
        int index = Array.IndexOf(Prepared, source);
        if (index >= 0)
        {
            Prepared = [.. Prepared.AsSpan(0, index), .. Prepared.AsSpan(index + 1)];
        }
    }

    /// <summary>The source with this key, or null when it has left.</summary>
    public SourceHandle? Find(long key)
    {
        SourceHandle? handle = _slots[SourceKey.IndexOf(key)];
        return handle?.Key == key ? handle : null;
    }

    public void AddWorkLeft(SourceHandle source)
    {
        if (!source.HasWorkLeft)
        {
            source.HasWorkLeft = true;
            _withWorkLeft.Add(source);
        }
    }

    /// <summary>Those that had work left; what is added from now on comes with the next call.</summary>
    public List<SourceHandle> TakeWorkLeft()
    {
        if (_withWorkLeft.Count == 0)
        {
            _spareWorkLeft.Clear();
            return _spareWorkLeft;
        }

        (_withWorkLeft, _spareWorkLeft) = (_spareWorkLeft, _withWorkLeft);
        _withWorkLeft.Clear();
        foreach (SourceHandle source in _spareWorkLeft)
        {
            source.HasWorkLeft = false;
        }

        return _spareWorkLeft;
    }

    public void AddWoken(SourceHandle source)
    {
        lock (_wakeLock)
        {
            _woken.Add(source);
            Volatile.Write(ref _wokenCount, _woken.Count);
        }
    }

    /// <summary>Those that were woken since the last call.</summary>
    public List<SourceHandle> TakeWoken()
    {
        lock (_wakeLock)
        {
            (_woken, _spareWoken) = (_spareWoken, _woken);
            _woken.Clear();
            Volatile.Write(ref _wokenCount, 0);
            return _spareWoken;
        }
    }
}
