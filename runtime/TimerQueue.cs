using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// All timers of a loop, at nanosecond precision: a hierarchical timing wheel for those that are far, a heap for those that are near.
/// Scheduling and cancelling are O(1) in the wheel; a slot's timers enter the heap, which orders them exactly, when the wheel comes to it.
/// </summary>
/// <remarks>
/// After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987). A timer's level is the highest base-64 digit in which
/// its tick differs from the cursor's, as in Linux' and tokio's wheels. See docs/decisions/0002-timing-wheel.md.
/// </remarks>
internal sealed class TimerQueue
{
    private const int TickShift = 20;                   // a tick, the width of a slot of level 0, is 2^20 ns: 1.05 ms
    private const int DigitBits = 6;                    // 64 slots a level
    private const int Levels = 7;                       // 20 + 7 * 6 bits: 2^62 ns, 146 years
    private const int Slots = Levels << DigitBits;      // links 0..447 are the slots' list heads, timers follow
    private const int ScanLimit = 256;                  // how many timers of a slot are looked at for an exact deadline

    // Where a timer is; a number from 0 is a slot.
    private const int InHeap = -1;
    private const int IsDue = -2;
    private const int IsFree = -3;

    private readonly MainLoop _loop;
    private readonly Action<TimerQueue> _runNextDue = static queue => queue.RunNextDue();
    private readonly Slot[] _slots = new Slot[Slots];
    private readonly ulong[] _occupied = new ulong[Levels];

    // One timer is a Link and a Timer of the same index: unlinking touches the neighbours' links only.
    private Link[] _links = new Link[Slots + 64];
    private Timer[] _timers = new Timer[64];
    private HeapEntry[] _heap = new HeapEntry[16];
    private int _heapCount;
    private int _free = -1;   // first free timer, chained by Link.Next
    private int _used;        // timers ever taken from the arrays
    private int _unreferenced;
    private long _cursor;     // the wheel's tick: timers of this tick and before are in the heap
    private long _sequence;   // the tie-break of equal deadlines: first scheduled, first run; and a timer's identity for its handle

    // The timers that are due and wait in the Normal lane, in its order, chained by Link.Next.
    private int _dueFirst = -1;
    private int _dueLast = -1;
    private object? _running;

    public TimerQueue(MainLoop loop)
    {
        _loop = loop;
        for (int i = 0; i < Slots; i++)
        {
            _links[i] = new Link { Next = i, Prev = i, Place = i };
        }
    }

    /// <summary>Pending timers, those included that are due and wait for their turn.</summary>
    public int Count { get; private set; }

    /// <summary>Pending timers that keep the loop alive.</summary>
    public int ReferencedCount => Count - _unreferenced;

    /// <summary>The callback or record of the timer that runs now or ran last, for messages.</summary>
    public object? Running => Volatile.Read(ref _running);

    /// <summary>The callback or record of the next due timer in the lane, for traces.</summary>
    public object? NextDue => _dueFirst < 0 ? null : _timers[_dueFirst].State as CallbackRecord ?? _timers[_dueFirst].Callback;

    /// <summary>Adds a timer and returns its index; <paramref name="sequence"/> identifies it for ever.</summary>
    public int Add(long deadlineNs, object callback, object? state, bool periodic, out long sequence)
    {
        int index = _free;
        if (index >= 0)
        {
            _free = LinkOf(index).Next;
        }
        else
        {
            index = TakeNew();
        }

        sequence = ++_sequence;
        ref Timer timer = ref _timers[index];
        timer.DeadlineNs = deadlineNs;
        timer.Sequence = sequence;
        timer.Callback = callback;
        if (state is not null) // a free timer has none, and storing a reference costs a write barrier
        {
            timer.State = state;
        }

        LinkOf(index).Flags = periodic ? Flags.Periodic : Flags.None;
        Count++;
        Place(index, deadlineNs);
        return index;
    }

    /// <summary>Cancels the timer if it is still the one with this <paramref name="sequence"/>.</summary>
    public bool Cancel(int index, long sequence)
    {
        if (!IsPending(index, sequence))
        {
            return false;
        }

        ref Link link = ref LinkOf(index);
        ref Timer timer = ref _timers[index];
        if (link.Place >= 0)
        {
            Unlink(in link, timer.DeadlineNs);
        }
        else if (link.Place == InHeap)
        {
            RemoveFromHeap(link.Next);
        }
        else
        {
            Retire(ref timer, link.Flags); // its entry in the lane finds it retired, and frees it then
            return true;
        }

        Retire(ref timer, link.Flags);
        Free(index, ref link);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsPending(int index, long sequence) => (uint)index < (uint)_timers.Length && _timers[index].Sequence == sequence;

    public long? DeadlineOf(int index, long sequence) => IsPending(index, sequence) ? _timers[index].DeadlineNs : null;

    public long? MissedPeriods(int index, long sequence) =>
        IsPending(index, sequence) ? (_timers[index].State as PeriodicTimerRecord)?.Missed : null;

    public void SetReferenced(int index, long sequence, bool referenced)
    {
        if (IsPending(index, sequence) && ((LinkOf(index).Flags & Flags.Unreferenced) != 0) == referenced)
        {
            LinkOf(index).Flags ^= Flags.Unreferenced;
            _unreferenced += referenced ? -1 : 1;
        }
    }

    /// <summary>
    /// The earliest deadline, or <see cref="long.MaxValue"/>. Exact, unless more than 256 timers share the nearest slot and its first was
    /// cancelled: then it may be too early, never too late.
    /// </summary>
    public long NextDeadlineNs()
    {
        if (_heapCount > 0)
        {
            return _heap[0].DeadlineNs;
        }

        int number = FirstSlot();
        if (number < 0)
        {
            return long.MaxValue;
        }

        ref Slot slot = ref _slots[number];
        if (slot.MinIsStale)
        {
            FindMin(number, ref slot);
        }

        return slot.MinNs;
    }

    /// <summary>Moves what is due into <paramref name="lane"/>: by deadline, equal deadlines in the order in which they were scheduled.</summary>
    /// <returns>How many.</returns>
    public int MoveDue(long nowNs, CallbackRing lane)
    {
        if (Count == 0 && _cursor >= nowNs >> TickShift)
        {
            return 0;
        }

        int moved = 0;
        long nowTick = nowNs >> TickShift;
        while (true)
        {
            while (_heapCount > 0 && _heap[0].DeadlineNs <= nowNs)
            {
                AppendDue(PopHeap());
                lane.Add(_runNextDue, this);
                moved++;
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

    /// <summary>Drops all timers.</summary>
    public void Clear()
    {
        for (int index = 0; index < _used; index++)
        {
            if (_timers[index].Sequence != 0)
            {
                Cancel(index, _timers[index].Sequence);
            }
        }
    }

    private void RunNextDue()
    {
        int index = _dueFirst;
        ref Link link = ref LinkOf(index);
        _dueFirst = link.Next;
        if (_dueFirst < 0)
        {
            _dueLast = -1;
        }

        ref Timer timer = ref _timers[index];
        if (timer.Sequence == 0) // cancelled while it waited
        {
            Free(index, ref link);
            return;
        }

        object callback = timer.Callback!;
        object? state = timer.State;
        if ((link.Flags & Flags.Periodic) != 0)
        {
            // Armed again first: a callback that throws has not stopped its timer, and one that cancels it finds it pending.
            timer.DeadlineNs = ((PeriodicTimerRecord)state!).Next(timer.DeadlineNs, _loop.NowNs);
            Place(index, timer.DeadlineNs);
        }
        else
        {
            Retire(ref timer, link.Flags);
            Free(index, ref link);
        }

        _running = state as CallbackRecord ?? callback;
        CallbackRing.Invoke(callback, state);
    }

    private int TakeNew()
    {
        if (_used == _timers.Length)
        {
            Array.Resize(ref _timers, _used * 2);
            Array.Resize(ref _links, Slots + (_used * 2));
        }

        return _used++;
    }

    // The timer is over: its handle says so from now on.
    private void Retire(ref Timer timer, Flags flags)
    {
        timer.Sequence = 0;
        timer.Callback = null;
        timer.State = null;
        Count--;
        if ((flags & Flags.Unreferenced) != 0)
        {
            _unreferenced--;
        }
    }

    private void Free(int index, ref Link link)
    {
        link.Place = IsFree;
        link.Next = _free;
        _free = index;
    }

    private void Place(int index, long deadlineNs)
    {
        long tick = deadlineNs >> TickShift;
        if (tick <= _cursor)
        {
            AddToHeap(index, deadlineNs);
            return;
        }

        int level = BitOperations.Log2((ulong)(tick ^ _cursor)) / DigitBits;
        int number = (level << DigitBits) | (int)((tick >> (level * DigitBits)) & 63);
        Insert(index, number, deadlineNs);
    }

    private void Insert(int index, int number, long deadlineNs)
    {
        ref Link head = ref LinkAt(number);
        ref Link link = ref LinkOf(index);
        ref Slot slot = ref _slots[number];
        int first = head.Next;
        if (first == number)
        {
            _occupied[number >> DigitBits] |= 1UL << (number & 63);
            slot.MinNs = deadlineNs;
            slot.MinIsStale = false;
        }
        else if (deadlineNs < slot.MinNs)
        {
            slot.MinNs = deadlineNs;
            slot.MinIsStale = false;
        }

        link.Next = first;
        link.Prev = number;
        link.Place = number;
        LinkAt(first).Prev = index + Slots;
        head.Next = index + Slots;
    }

    // The slot itself is written to when its first or last timer goes, and else left alone (it has no count): a store whose address waits for
    // a timer that is not in the cache would keep the processor from beginning with the next one.
    private void Unlink(in Link link, long deadlineNs)
    {
        int number = link.Place, next = link.Next, previous = link.Prev;
        LinkAt(next).Prev = previous;
        LinkAt(previous).Next = next;
        if (next == previous)
        {
            _occupied[number >> DigitBits] &= ~(1UL << (number & 63)); // both are the list's head
        }
        else if (deadlineNs == _slots[number].MinNs)
        {
            _slots[number].MinIsStale = true;
        }
    }

    // Gives up when there are too many: the bound is then still that of the timer that was cancelled, or of a later one.
    private void FindMin(int number, ref Slot slot)
    {
        long minNs = long.MaxValue;
        int looked = 0;
        for (int i = LinkAt(number).Next; i != number; i = LinkAt(i).Next)
        {
            if (++looked > ScanLimit)
            {
                return;
            }

            minNs = Math.Min(minNs, _timers[i - Slots].DeadlineNs);
        }

        slot.MinNs = minNs;
        slot.MinIsStale = false;
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
        int level = number >> DigitBits;
        int shift = level * DigitBits;
        long above = _cursor >> (shift + DigitBits) << (shift + DigitBits);
        return above | ((long)(number & 63) << shift);
    }

    // Moves the cursor to the slot's start and its timers to lower levels and the heap.
    private void OpenSlot(int number)
    {
        Debug.Assert(SlotStart(number) > _cursor, "slots at or before the cursor were opened before, and new timers go past them");
        _cursor = SlotStart(number);
        _occupied[number >> DigitBits] &= ~(1UL << (number & 63));
        _slots[number] = default;
        int i = _links[number].Next;
        _links[number].Next = _links[number].Prev = number;
        while (i != number)
        {
            int next = _links[i].Next;
            Place(i - Slots, _timers[i - Slots].DeadlineNs);
            i = next;
        }
    }

    private void AppendDue(int index)
    {
        ref Link link = ref LinkOf(index);
        link.Place = IsDue;
        link.Next = -1;
        if (_dueLast < 0)
        {
            _dueFirst = index;
        }
        else
        {
            LinkOf(_dueLast).Next = index;
        }

        _dueLast = index;
    }

    // A 4-ary heap, ordered by deadline, then by sequence. A timer's Link.Next is its place in it.
    private void AddToHeap(int index, long deadlineNs)
    {
        if (_heapCount == _heap.Length)
        {
            Array.Resize(ref _heap, _heapCount * 2);
        }

        LinkOf(index).Place = InHeap;
        MoveUp(_heapCount++, new HeapEntry(deadlineNs, _timers[index].Sequence, index));
    }

    private int PopHeap()
    {
        int index = _heap[0].Index;
        RemoveFromHeap(0);
        return index;
    }

    private void RemoveFromHeap(int place)
    {
        HeapEntry last = _heap[--_heapCount];
        if (place == _heapCount)
        {
            return;
        }

        if (place > 0 && last.IsBefore(_heap[(place - 1) >> 2]))
        {
            MoveUp(place, last);
        }
        else
        {
            MoveDown(place, last);
        }
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

            Settle(place, _heap[parent]);
            place = parent;
        }

        Settle(place, entry);
    }

    private void MoveDown(int place, in HeapEntry entry)
    {
        while (true)
        {
            int child = (place << 2) + 1;
            if (child >= _heapCount)
            {
                break;
            }

            int end = Math.Min(child + 4, _heapCount);
            int first = child;
            for (int i = child + 1; i < end; i++)
            {
                if (_heap[i].IsBefore(_heap[first]))
                {
                    first = i;
                }
            }

            if (!_heap[first].IsBefore(entry))
            {
                break;
            }

            Settle(place, _heap[first]);
            place = first;
        }

        Settle(place, entry);
    }

    private void Settle(int place, in HeapEntry entry)
    {
        _heap[place] = entry;
        LinkOf(entry.Index).Next = place;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Link LinkOf(int index) => ref LinkAt(index + Slots);

    // Numbers of links come from links, and from indices that a handle's check has passed: they are in range.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Link LinkAt(int number) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_links), number);

    [Flags]
    private enum Flags
    {
        None = 0,
        Unreferenced = 1,
        Periodic = 2,
    }

    private struct Link
    {
        public int Next;
        public int Prev;
        public int Place;
        public Flags Flags;
    }

    private struct Slot
    {
        public long MinNs;      // of the timers that were in it since it was last empty: a lower bound
        public bool MinIsStale; // the timer with MinNs was cancelled
    }

    private struct Timer
    {
        public long DeadlineNs;
        public long Sequence;   // 0: over
        public object? Callback;
        public object? State;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct HeapEntry(long DeadlineNs, long Sequence, int Index)
    {
        public bool IsBefore(in HeapEntry other) =>
            DeadlineNs < other.DeadlineNs || (DeadlineNs == other.DeadlineNs && Sequence < other.Sequence);
    }
}
