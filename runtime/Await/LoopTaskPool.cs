using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>The boxes of a loop's <see cref="LoopTask"/> methods that are free, by their type. Loop's thread only.</summary>
internal sealed class LoopTaskPool
{
    private Entry[] _entries = new Entry[64]; // open addressing; half of it at most is used
    private int _count;

    public LoopTaskSource? Take(Type type)
    {
        ref Entry entry = ref Find(type);
        if (entry.First is { } first)
        {
            entry.First = first.Next;
            first.Next = null;
            return first;
        }

        return null;
    }

    public void Add(Type type, LoopTaskSource source)
    {
        ref Entry entry = ref Find(type);
        if (entry.Type == 0)
        {
            if (++_count * 2 > _entries.Length)
            {
                Grow();
                entry = ref Find(type);
            }

            entry.Type = type.TypeHandle.Value;
        }

        source.Next = entry.First;
        entry.First = source;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry Find(Type type) => ref Find(_entries, type.TypeHandle.Value);

    private static ref Entry Find(Entry[] entries, nint type)
    {
        // Multiplied by 2^64 / phi: the handles are addresses, near to each other.
        int mask = entries.Length - 1;
        for (int at = (int)(((ulong)type * 0x9E3779B97F4A7C15) >> 40) & mask; ; at = (at + 1) & mask)
        {
            ref Entry entry = ref entries[at];
            if (entry.Type == type || entry.Type == 0)
            {
                return ref entry;
            }
        }
    }

    private void Grow()
    {
        Entry[] old = _entries;
        _entries = new Entry[old.Length * 2];
        foreach (Entry entry in old)
        {
            if (entry.Type != 0)
            {
                Find(_entries, entry.Type) = entry;
            }
        }
    }

    private struct Entry
    {
        public nint Type;
        public LoopTaskSource? First;
    }
}
