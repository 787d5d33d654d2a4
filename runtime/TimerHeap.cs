namespace Mainspring;

/// <summary>A 4-ary heap of entries.</summary>
internal sealed class TimerHeap
{
    private TimerEntry[] _entries = new TimerEntry[16];

    public int Count { get; private set; }

    public bool IsFull => Count == _entries.Length;

    public ref readonly TimerEntry First => ref _entries[0];

    public void Add(in TimerEntry entry)
    {
        if (IsFull)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        MoveUp(Count++, entry);
    }

    public void Pop()
    {
        TimerEntry last = _entries[--Count];
        if (Count > 0)
        {
            MoveDown(last);
        }
    }

    /// <summary>Keeps those whose timer is pending, and frees the places of the others.</summary>
    public void DropEnded(TimerWheel wheel)
    {
        int count = Count;
        Count = 0;
        for (int i = 0; i < count; i++)
        {
            TimerEntry entry = _entries[i];
            if (wheel.IsPending(entry.Place))
            {
                MoveUp(Count++, entry); // goes to a place that was read already
            }
            else
            {
                wheel.Free(entry.Place);
            }
        }
    }

    /// <summary>Gives them low sequence numbers in the same order, and returns the next one.</summary>
    public uint Renumber()
    {
        Span<TimerEntry> entries = _entries.AsSpan(0, Count);
        TimerSort.SortByHeap(entries); // which is a heap still
        for (int i = 0; i < entries.Length; i++)
        {
            entries[i].Sequence = (uint)i;
        }

        return (uint)Count;
    }

    private void MoveUp(int place, in TimerEntry entry)
    {
        while (place > 0)
        {
            int parent = (place - 1) >> 2;
            if (!entry.IsBefore(in _entries[parent]))
            {
                break;
            }

            _entries[place] = _entries[parent];
            place = parent;
        }

        _entries[place] = entry;
    }

    private void MoveDown(in TimerEntry entry)
    {
        Span<TimerEntry> heap = _entries.AsSpan(0, Count);
        int place = 0;
        while (true)
        {
            int child = (place << 2) + 1;
            if (child >= heap.Length)
            {
                break;
            }

            int end = Math.Min(child + 4, heap.Length);
            int first = child;
            for (int i = child + 1; i < end; i++)
            {
                if (heap[i].IsBefore(heap[first]))
                {
                    first = i;
                }
            }

            if (!heap[first].IsBefore(entry))
            {
                break;
            }

            heap[place] = heap[first];
            place = first;
        }

        heap[place] = entry;
    }
}
