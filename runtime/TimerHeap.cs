using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>A 4-ary heap of timers: those that are so near that their exact order counts.</summary>
internal sealed class TimerHeap
{
    private Entry[] _entries = new Entry[16];
    private long _order; // the tie-break of equal deadlines: they come in the order in which they were scheduled

    public int Count { get; private set; }

    public bool IsFull => Count == _entries.Length;

    public ref readonly Entry First => ref _entries[0];

    public void Add(long deadlineNs, int index, uint generation)
    {
        if (IsFull)
        {
            Array.Resize(ref _entries, Count * 2);
        }

        MoveUp(Count++, new Entry(deadlineNs, ++_order, index, generation));
    }

    public Entry Pop()
    {
        Entry first = _entries[0];
        Entry last = _entries[--Count];
        if (Count > 0)
        {
            MoveDown(last);
        }

        return first;
    }

    /// <summary>Keeps those whose timer has their generation still.</summary>
    public void DropStale(uint[] generations)
    {
        int count = Count;
        Count = 0;
        for (int i = 0; i < count; i++)
        {
            Entry entry = _entries[i];
            if (generations[entry.Index] == entry.Generation)
            {
                MoveUp(Count++, entry); // goes to a place that was read already
            }
        }
    }

    public void Clear() => Count = 0;

    private void MoveUp(int place, in Entry entry)
    {
        while (place > 0)
        {
            int parent = (place - 1) >> 2;
            if (!entry.IsBefore(_entries[parent]))
            {
                break;
            }

            _entries[place] = _entries[parent];
            place = parent;
        }

        _entries[place] = entry;
    }

    private void MoveDown(in Entry entry)
    {
        Span<Entry> heap = _entries.AsSpan(0, Count);
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

    [StructLayout(LayoutKind.Auto)]
    internal readonly record struct Entry(long DeadlineNs, long Order, int Index, uint Generation)
    {
        public bool IsBefore(in Entry other) =>
            DeadlineNs < other.DeadlineNs || (DeadlineNs == other.DeadlineNs && Order < other.Order);
    }
}
