using System.Numerics;

namespace Mainspring;

/// <summary>Sorts entries of one tick: into buckets by the upper bits of their time within the tick, about one a bucket, and then by insertion, which finds little to do.</summary>
internal sealed class TimerSort
{
    private const int Few = 16;
    private const int MostBits = 12;
    private const int Patience = 8; // moves per entry, after which insertion gives up

    private readonly int[] _ends = new int[1 << MostBits];

    /// <summary>Leaves <paramref name="entries"/> in <paramref name="sorted"/>.</summary>
    public void Sort(Span<TimerEntry> entries, Span<TimerEntry> sorted)
    {
        sorted = sorted[..entries.Length];
        if (entries.Length <= Few)
        {
            entries.CopyTo(sorted);
        }
        else
        {
            Distribute(entries, sorted);
        }

        if (!Insert(sorted))
        {
            SortByHeap(sorted);
        }
    }

    private void Distribute(Span<TimerEntry> entries, Span<TimerEntry> sorted)
    {
        int bits = Math.Min(BitOperations.Log2((uint)entries.Length), MostBits);
        int shift = TimerWheel.TickShift - bits;
        int mask = (1 << bits) - 1;
        Span<int> ends = _ends.AsSpan(0, 1 << bits);
        ends.Clear();
        foreach (ref readonly TimerEntry entry in entries)
        {
            ends[(int)(entry.DeadlineNs >> shift) & mask]++;
        }

        int end = 0;
        foreach (ref int bucket in ends)
        {
            int start = end;
            end += bucket;
            bucket = start; // where its next entry goes
        }

        foreach (ref readonly TimerEntry entry in entries)
        {
            sorted[ends[(int)(entry.DeadlineNs >> shift) & mask]++] = entry;
        }
    }

    // False when it is too far from sorted for this.
    private static bool Insert(Span<TimerEntry> entries)
    {
        int moves = entries.Length * Patience;
        for (int i = 1; i < entries.Length; i++)
        {
            if (!entries[i].IsBefore(in entries[i - 1]))
            {
                continue;
            }

            TimerEntry entry = entries[i];
            int place = i;
            do
            {
                entries[place] = entries[place - 1];
                place--;
            }
            while (place > 0 && entry.IsBefore(in entries[place - 1]));

            entries[place] = entry;
            moves -= i - place;
            if (moves < 0)
            {
                return false;
            }
        }

        return true;
    }

    // Not the library's sort, which every native program would get once more for this type.
    public static void SortByHeap(Span<TimerEntry> entries)
    {
        for (int root = (entries.Length / 2) - 1; root >= 0; root--)
        {
            MoveDown(entries, root);
        }

        for (int end = entries.Length - 1; end > 0; end--)
        {
            (entries[0], entries[end]) = (entries[end], entries[0]);
            MoveDown(entries[..end], 0);
        }
    }

    private static void MoveDown(Span<TimerEntry> heap, int place)
    {
        TimerEntry entry = heap[place];
        for (int child = (2 * place) + 1; child < heap.Length; child = (2 * place) + 1)
        {
            if (child + 1 < heap.Length && heap[child].IsBefore(in heap[child + 1]))
            {
                child++;
            }

            if (!entry.IsBefore(in heap[child]))
            {
                break;
            }

            heap[place] = heap[child];
            place = child;
        }

        heap[place] = entry;
    }
}
