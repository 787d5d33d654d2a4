using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// All timers of a loop, at nanosecond precision: a hierarchical timing wheel for those that are far, a heap for those that are near. The wheel and the heap
/// hold entries that know a timer by index and generation: cancelling makes the entry stale and touches nothing else; a sweep of two entries for each
/// timer that is cancelled keeps the stale ones no more than the others.
/// </summary>
/// <remarks>
/// After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987). A timer's level is the highest base-64 digit in which
/// its tick differs from the cursor's, as in Linux' and tokio's wheels. See docs/decisions/0002-timing-wheel.md.
/// </remarks>
internal sealed class TimerQueue
{
    private const int TickShift = 20;              // a tick, the width of a slot of level 0, is 2^20 ns: 1.05 ms
    private const int DigitBits = 6;               // 64 slots a level
    private const int Levels = 7;                  // 20 + 7 * 6 bits: 2^62 ns, 146 years
    private const int ScanLimit = 1024;            // how many entries of a slot are looked at for an exact deadline
    private const int Slack = 256;                 // stale entries that nobody minds
    private const int SweepEvery = 32;             // cancelled timers for one sweep
    private const int SweepLength = 64;            // of so many entries, so that at most half of them stay stale
    private const int LeastLength = 16;            // of a slot's array; the others are twice as long each

    private static readonly Action<TimerQueue> s_runNextDue = static queue => queue.RunNextDue();

    private readonly MainLoop _loop;
    private readonly Slot[] _slots = new Slot[Levels << DigitBits];
    private readonly ulong[] _occupied = new ulong[Levels];
    private readonly List<Entry[]>?[] _spare = new List<Entry[]>?[32]; // arrays that no slot needs now, by the logarithm of their length

    // A timer is a generation, odd while it is pending, and a Timer of the same index.
    private uint[] _generations = new uint[64];
    private Timer[] _timers = new Timer[64];
    private int _free = -1;        // first free timer, chained by DeadlineNs
    private int _used;             // timers ever taken from the arrays
    private HashSet<int>? _unreferenced;

    private HeapEntry[] _heap = new HeapEntry[16];
    private int _heapCount;
    private long _heapOrder;       // the tie-break of equal deadlines: they enter the heap in the order in which they were scheduled
    private long _cursor;          // the wheel's tick: entries of this tick and before are in the heap
    private int _stale;            // entries in the wheel whose timers are over, about
    private Sweep _sweep;
    private long _nextNs;          // the earliest deadline, while it is known
    private bool _isNextKnown;

    // The timers that are due and wait in the Normal lane, in its order: a ring.
    private (int Index, uint Generation)[] _due = new (int, uint)[16];
    private int _dueFirst;
    private int _dueCount;
    private object? _running;

    public TimerQueue(MainLoop loop)
    {
        _loop = loop;
        foreach (ref Slot slot in _slots.AsSpan())
        {
            slot.Entries = [];
        }
    }

    /// <summary>Pending timers, those included that are due and wait for their turn.</summary>
    public int Count { get; private set; }

    /// <summary>Pending timers that keep the loop alive.</summary>
    public int ReferencedCount => Count - (_unreferenced?.Count ?? 0);

    /// <summary>The callback or record of the timer that runs now or ran last, for messages.</summary>
    public object? Running => Volatile.Read(ref _running);

    /// <summary>The callback or record of the next due timer in the lane, for traces; null when it was cancelled.</summary>
    public object? NextDue
    {
        get
        {
            (int index, uint generation) = _due[_dueFirst];
            return _dueCount > 0 && _generations[index] == generation ? Subject(_timers[index].Callback, _timers[index].State) : null;
        }
    }

    /// <summary>Whether the next due timer resumes a method.</summary>
    public bool IsNextDueAwait
    {
        get
        {
            (int index, uint generation) = _due[_dueFirst];
            return _dueCount > 0 && _generations[index] == generation && ReferenceEquals(_timers[index].Callback, Continuation.Runner);
        }
    }

    /// <summary>Adds a timer and returns what identifies it for ever. A state that is a <see cref="PeriodicTimerRecord"/> makes it periodic.</summary>
    public long Add(long deadlineNs, object callback, object? state)
    {
        int index = _free;
        if (index >= 0)
        {
            _free = (int)_timers[index].DeadlineNs;
        }
        else
        {
            index = TakeNew();
        }

        uint generation = ++_generations[index];
        ref Timer timer = ref _timers[index];
        timer.DeadlineNs = deadlineNs;
        timer.Callback = callback;
        if (state is not null)
        {
            timer.State = state;
        }

        Count++;
        Place(deadlineNs, index, generation);
        return ((long)generation << 32) | (uint)index;
    }

    /// <summary>Cancels the timer if it is pending still, wherever it waits.</summary>
    public bool Cancel(long token)
    {
        if (!IsPending(token))
        {
            return false;
        }

        int index = (int)token;
        long deadlineNs = _timers[index].DeadlineNs;
        _isNextKnown &= deadlineNs != _nextNs;
        End(index);
        if (TakeBack(deadlineNs, index, (uint)(token >> 32)))
        {
            return true;
        }

        if (++_stale > Slack && _stale % SweepEvery == 0)
        {
            SweepSome();
        }

        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPending(long token)
    {
        uint[] generations = _generations;
        return (uint)token < (uint)generations.Length && generations[(uint)token] == (uint)(token >> 32);
    }

    public long? DeadlineOf(long token) => IsPending(token) ? _timers[(int)token].DeadlineNs : null;

    public long? MissedPeriods(long token) => IsPending(token) ? (_timers[(int)token].State as PeriodicTimerRecord)?.Missed : null;

    public void SetReferenced(long token, bool referenced)
    {
        if (IsPending(token))
        {
            _ = referenced ? _unreferenced?.Remove((int)token) : (_unreferenced ??= []).Add((int)token);
        }
    }

    /// <summary>
    /// The earliest deadline, or <see cref="long.MaxValue"/>. Exact, unless more than 1,024 entries share the nearest slot:
    /// then it may be too early, never too late.
    /// </summary>
    public long NextDeadlineNs()
    {
        if (!_isNextKnown)
        {
            _nextNs = FindNext();
            _isNextKnown = true;
        }

        return _nextNs;
    }

    /// <summary>Moves what is due into <paramref name="lane"/>: by deadline, equal deadlines in the order in which they were scheduled.</summary>
    /// <returns>How many.</returns>
    public int MoveDue(long nowNs, CallbackRing lane)
    {
        long nowTick = nowNs >> TickShift;
        if (_isNextKnown && _nextNs > nowNs && nowTick <= _cursor)
        {
            return 0;
        }

        _isNextKnown &= _nextNs > nowNs;
        int moved = 0;
        while (true)
        {
            while (_heapCount > 0 && _heap[0].DeadlineNs <= nowNs)
            {
                HeapEntry entry = PopHeap();
                if (IsLive(entry.Index, entry.Generation))
                {
                    AppendDue(entry.Index, entry.Generation);
                    lane.Add(s_runNextDue, this);
                    moved++;
                    _isNextKnown = false;
                }
            }

            int slot = FirstSlot();
            if (slot < 0 || SlotStart(slot) > nowTick)
            {
                // No occupied slot lies between the cursor and now, so no timer's level changes.
                _cursor = Math.Max(_cursor, nowTick);
                return moved;
            }

            OpenSlot(slot);
        }
    }

    /// <summary>Ends all timers with a callback, and returns their states, in the order of their deadlines.</summary>
    public List<object> TakeAll(object callback)
    {
        var taken = new List<(long DeadlineNs, object State)>();
        for (int index = 0; index < _used; index++)
        {
            if ((_generations[index] & 1) != 0 && ReferenceEquals(_timers[index].Callback, callback))
            {
                taken.Add((_timers[index].DeadlineNs, _timers[index].State!));
                End(index);
            }
        }

        return [.. taken.OrderBy(static timer => timer.DeadlineNs).Select(static timer => timer.State)];
    }

    /// <summary>Drops all timers.</summary>
    public void Clear()
    {
        for (int index = 0; index < _used; index++)
        {
            if ((_generations[index] & 1) != 0)
            {
                End(index);
            }
        }
    }

    private static object? Subject(object? callback, object? state) =>
        state as CallbackRecord ?? (ReferenceEquals(callback, Continuation.Runner) ? state : callback);

    private void RunNextDue()
    {
        (int index, uint generation) = _due[_dueFirst];
        _dueFirst = (_dueFirst + 1) & (_due.Length - 1);
        _dueCount--;
        if (!IsLive(index, generation))
        {
            return; // cancelled while it waited
        }

        ref Timer timer = ref _timers[index];
        object callback = timer.Callback!;
        object? state = timer.State;
        if (state is PeriodicTimerRecord periodic)
        {
            // Armed again first: a callback that throws has not stopped its timer, and one that cancels it finds it pending.
            timer.DeadlineNs = periodic.Next(timer.DeadlineNs, _loop.NowNs);
            Place(timer.DeadlineNs, index, generation);
        }
        else
        {
            End(index);
        }

        _running = Subject(callback, state);
        CallbackRing.Invoke(callback, state);
    }

    private int TakeNew()
    {
        if (_used == _timers.Length)
        {
            Array.Resize(ref _timers, _used * 2);
            Array.Resize(ref _generations, _used * 2);
        }

        return _used++;
    }

    // The timer is over: its handle and its entry say so from now on.
    private void End(int index)
    {
        ref Timer timer = ref _timers[index];
        timer.Callback = null;
        timer.State = null;
        Count--;
        if (_generations[index] == uint.MaxValue)
        {
            _generations[index] = 2; // its generations are used up: never taken again
        }
        else
        {
            _generations[index]++;
            timer.DeadlineNs = _free;
            _free = index;
        }

        if (_unreferenced is { Count: > 0 })
        {
            _unreferenced.Remove(index);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsLive(int index, uint generation) => _generations[index] == generation;

    private void Place(long deadlineNs, int index, uint generation)
    {
        if (deadlineNs < _nextNs)
        {
            _nextNs = deadlineNs;
        }

        int number = SlotOf(deadlineNs);
        if (number < 0)
        {
            AddToHeap(deadlineNs, index, generation);
            return;
        }

        ref Slot slot = ref _slots[number];
        int count = slot.Count;
        Entry[] entries = slot.Entries;
        if ((uint)count >= (uint)entries.Length)
        {
            entries = Grow(ref slot);
        }

        if (count == 0)
        {
            _occupied[number >> DigitBits] |= 1UL << (number & 63);
            slot.MinNs = long.MaxValue;
        }

        slot.MinNs = Math.Min(slot.MinNs, deadlineNs);
        slot.Count = count + 1;
        entries[count] = new Entry(deadlineNs, index, generation);
    }

    // A timer that is cancelled before another one came to its slot leaves nothing behind.
    private bool TakeBack(long deadlineNs, int index, uint generation)
    {
        int number = SlotOf(deadlineNs);
        if (number < 0)
        {
            return false;
        }

        ref Slot slot = ref _slots[number];
        int last = slot.Count - 1;
        if ((uint)last >= (uint)slot.Entries.Length || slot.Entries[last].Index != index || slot.Entries[last].Generation != generation
            || (number == _sweep.Number && last < _sweep.Read))
        {
            return false;
        }

        slot.Count = last;
        if (last == 0)
        {
            Empty(number);
        }

        return true;
    }

    // Where a timer would go now, or -1 for the heap. Its entry is there unless the wheel came to its slot since.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(long deadlineNs)
    {
        long tick = deadlineNs >> TickShift;
        if (tick <= _cursor)
        {
            return -1;
        }

        int level = BitOperations.Log2((ulong)(tick ^ _cursor)) / DigitBits;
        return (level << DigitBits) | (int)((tick >> (level * DigitBits)) & 63);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private Entry[] Grow(ref Slot slot)
    {
        Entry[] entries = Take(Math.Max(LeastLength, slot.Count * 2));
        slot.Entries.AsSpan(0, slot.Count).CopyTo(entries);
        GiveBack(slot.Entries);
        return slot.Entries = entries;
    }

    private Entry[] Take(int length)
    {
        if (_spare[BitOperations.Log2((uint)length)] is not { Count: > 0 } spare)
        {
            return new Entry[length];
        }

        Entry[] entries = spare[^1];
        spare.RemoveAt(spare.Count - 1);
        return entries;
    }

    // Or every slot would in time be as large as the largest crowd.
    private void GiveBack(Entry[] entries)
    {
        if (entries.Length > 0)
        {
            (_spare[BitOperations.Log2((uint)entries.Length)] ??= new List<Entry[]>(64)).Add(entries);
        }
    }

    private long FindNext()
    {
        if (Count == 0)
        {
            return long.MaxValue;
        }

        while (_heapCount > 0)
        {
            ref HeapEntry first = ref _heap[0];
            if (IsLive(first.Index, first.Generation))
            {
                return first.DeadlineNs;
            }

            PopHeap();
        }

        for (int number = FirstSlot(); number >= 0; number = FirstSlot())
        {
            if (_sweep.Number == number)
            {
                CloseGap();
            }

            ref Slot slot = ref _slots[number];
            if (slot.Count > ScanLimit)
            {
                return slot.MinNs;
            }

            long leastNs = long.MaxValue;
            foreach (ref Entry entry in slot.Entries.AsSpan(0, slot.Count))
            {
                if (IsLive(entry.Index, entry.Generation))
                {
                    leastNs = Math.Min(leastNs, entry.DeadlineNs);
                }
            }

            if (leastNs != long.MaxValue)
            {
                return leastNs;
            }

            Forget(slot.Count);
            Empty(number); // all stale
        }

        return long.MaxValue;
    }

    // The next occupied slot, or -1. Lower levels come first: what is in them shares more digits with the cursor.
    private int FirstSlot()
    {
        for (int level = 0; level < Levels; level++)
        {
            if (_occupied[level] != 0)
            {
                return (level << DigitBits) | BitOperations.TrailingZeroCount(_occupied[level]);
            }
        }

        return -1;
    }

    private long SlotStart(int number)
    {
        int shift = (number >> DigitBits) * DigitBits;
        long above = _cursor >> (shift + DigitBits) << (shift + DigitBits);
        return above | ((long)(number & 63) << shift);
    }

    // Moves the cursor to the slot's start and its live entries, in their order, to lower levels and the heap.
    private void OpenSlot(int number)
    {
        Debug.Assert(SlotStart(number) > _cursor, "slots at or before the cursor were opened before, and new timers go past them");
        _cursor = SlotStart(number);
        if (_sweep.Number == number)
        {
            CloseGap();
        }

        ref Slot slot = ref _slots[number];
        int live = 0;
        foreach (ref Entry entry in slot.Entries.AsSpan(0, slot.Count))
        {
            if (IsLive(entry.Index, entry.Generation))
            {
                Place(entry.DeadlineNs, entry.Index, entry.Generation); // never into this slot, whose tick is the cursor's
                live++;
            }
        }

        Forget(slot.Count - live);
        Empty(number);
        _isNextKnown = false; // it may have been a stale entry's
    }

    private void Forget(int stale) => _stale = Math.Max(0, _stale - stale);

    private void Empty(int number)
    {
        ref Slot slot = ref _slots[number];
        slot.Count = 0;
        GiveBack(slot.Entries);
        slot.Entries = [];

        _occupied[number >> DigitBits] &= ~(1UL << (number & 63));
    }

    // Looks at some entries of the wheel, slot by slot, and moves those that are live over the stale ones before them. The order stays, and no
    // call takes long. Whether an entry is stale is a coin toss that no processor predicts, so there is no branch on it.
    private void SweepSome()
    {
        ref Slot slot = ref _slots[_sweep.Number];
        int end = Math.Min(slot.Count, _sweep.Read + SweepLength);
        if (_sweep.Read == end)
        {
            CloseGap();
            _sweep.Number = NextOccupied(_sweep.Number);
            return;
        }

        Entry[] entries = slot.Entries;
        uint[] generations = _generations;
        int write = _sweep.Write;
        for (int read = _sweep.Read; read < end; read++)
        {
            Entry entry = entries[read];
            entries[write] = entry;
            uint difference = generations[entry.Index] ^ entry.Generation;
            write += (int)((difference - 1UL) >> 63); // 1 when it is live
        }

        (_sweep.Read, _sweep.Write) = (end, write);
    }

    // Between Write and Read of the slot that is being swept nothing counts. Moves what stands behind it.
    private void CloseGap()
    {
        ref Slot slot = ref _slots[_sweep.Number];
        int gap = _sweep.Read - _sweep.Write;
        if (gap > 0)
        {
            slot.Entries.AsSpan(_sweep.Read, slot.Count - _sweep.Read).CopyTo(slot.Entries.AsSpan(_sweep.Write));
            slot.Count -= gap;
            Forget(gap);
        }

        _sweep.Read = _sweep.Write = 0;
        if (slot.Count == 0)
        {
            Empty(_sweep.Number);
        }
    }

    private int NextOccupied(int number)
    {
        int level = (number + 1) >> DigitBits;
        int digit = (number + 1) & 63;
        for (int looked = 0; looked <= Levels; looked++, level++, digit = 0)
        {
            level = level >= Levels ? 0 : level;
            ulong later = _occupied[level] >> digit << digit;
            if (later != 0)
            {
                return (level << DigitBits) | BitOperations.TrailingZeroCount(later);
            }
        }

        return 0;
    }

    private void AppendDue(int index, uint generation)
    {
        if (_dueCount == _due.Length)
        {
            var grown = new (int, uint)[_dueCount * 2];
            for (int i = 0; i < _dueCount; i++)
            {
                grown[i] = _due[(_dueFirst + i) & (_dueCount - 1)];
            }

            _due = grown;
            _dueFirst = 0;
        }

        _due[(_dueFirst + _dueCount++) & (_due.Length - 1)] = (index, generation);
    }

    // A 4-ary heap, ordered by deadline, then by the order of entering.
    private void AddToHeap(long deadlineNs, int index, uint generation)
    {
        if (_heapCount == _heap.Length)
        {
            if (_heapCount > (2 * Count) + Slack)
            {
                DropStaleFromHeap();
            }
            else
            {
                Array.Resize(ref _heap, _heapCount * 2);
            }
        }

        MoveUp(_heapCount++, new HeapEntry(deadlineNs, ++_heapOrder, index, generation));
    }

    private void DropStaleFromHeap()
    {
        int count = _heapCount;
        _heapCount = 0;
        for (int i = 0; i < count; i++)
        {
            HeapEntry entry = _heap[i];
            if (IsLive(entry.Index, entry.Generation))
            {
                MoveUp(_heapCount++, entry); // goes to a place that was read already
            }
        }
    }

    private HeapEntry PopHeap()
    {
        HeapEntry first = _heap[0];
        HeapEntry last = _heap[--_heapCount];
        if (_heapCount > 0)
        {
            MoveDown(last);
        }

        return first;
    }

    private void MoveUp(int place, in HeapEntry entry)
    {
        while (place > 0)
        {
            int parent = (place - 1) >> 2;
            if (!entry.IsBefore(_heap[parent]))
            {
                break;
            }

            _heap[place] = _heap[parent];
            place = parent;
        }

        _heap[place] = entry;
    }

    private void MoveDown(in HeapEntry entry)
    {
        Span<HeapEntry> heap = _heap.AsSpan(0, _heapCount);
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

    private struct Timer
    {
        public long DeadlineNs; // while it is free: the next free one
        public object? Callback;
        public object? State;
    }

    private struct Slot
    {
        public Entry[] Entries; // in the order in which they were scheduled
        public int Count;
        public long MinNs;      // of all entries since it was last empty: a lower bound
    }

    private readonly struct Entry(long deadlineNs, int index, uint generation)
    {
        public readonly long DeadlineNs = deadlineNs;
        public readonly int Index = index;
        public readonly uint Generation = generation;
    }

    private struct Sweep
    {
        public int Number; // of the slot
        public int Read;
        public int Write;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct HeapEntry(long DeadlineNs, long Order, int Index, uint Generation)
    {
        public bool IsBefore(in HeapEntry other) =>
            DeadlineNs < other.DeadlineNs || (DeadlineNs == other.DeadlineNs && Order < other.Order);
    }
}
