using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

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
    private const int Slack = 256;                 // stale entries of the heap that nobody minds
    private const int SweepEvery = 32;             // cancelled timers for one sweep
    private const int SweepLength = 64;            // of so many entries, so that at most half of them stay stale
    private const int LeastLength = 16;            // of a slot's array; the others are twice as long each
    private const int FirstSpares = 8;             // arrays of that length that a new queue has, so that a small program never makes one
    private const int NoTimer = -1;

    private static readonly Action<TimerQueue> s_runNextDue = static queue => queue.RunNextDue();

    private readonly MainLoop _loop;
    private readonly Slot[] _slots = new Slot[Levels << DigitBits];
    private readonly ulong[] _occupied = new ulong[Levels];
    private readonly TimerHeap _heap = new();
    private readonly List<Entry[]>?[] _spare = new List<Entry[]>?[32]; // arrays that no slot needs now, by the logarithm of their length

    // A timer is a generation, odd while it is pending, and a Timer of the same index.
    private uint[] _generations = new uint[64];
    private Timer[] _timers = new Timer[64];
    private int _free = NoTimer;   // first free timer, chained by DeadlineNs
    private int _used;             // timers ever taken from the arrays
    private HashSet<int>? _unreferenced;

    private long _cursor;          // the wheel's tick: entries of this tick and before are in the heap
    private int _lastIndex = NoTimer; // the timer that came last, if it has gone to a slot
    private int _lastSlot;
    private uint _cancelled;
    private Sweep _sweep;
    private long _nextNs;          // the earliest deadline, while it is known
    private int _nextIndex;        // whose it is
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

        for (int i = 0; i < FirstSpares; i++)
        {
            GiveBack(new Entry[LeastLength]);
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
        // The usual case makes no call but the garbage collector's: a far timer that has room in its slot.
        int index = _free;
        long tick = deadlineNs >> TickShift;
        if (index == NoTimer || tick <= _cursor)
        {
            return AddSlowly(deadlineNs, callback, state);
        }

        int number = SlotOf(tick);
        ref Slot slot = ref _slots[number];
        int count = slot.Count;
        Entry[] entries = slot.Entries;
        if ((uint)count >= (uint)entries.Length)
        {
            return AddSlowly(deadlineNs, callback, state);
        }

        slot.Count = count + 1;
        (_lastIndex, _lastSlot) = (index, number);
        uint generation = ++_generations[index];
        ref Entry entry = ref entries[count]; // field by field: a struct that is built first is copied, and the copy waits for it
        entry.DeadlineNs = deadlineNs;
        entry.Index = index;
        entry.Generation = generation;
        if (deadlineNs < _nextNs)
        {
            (_nextNs, _nextIndex) = (deadlineNs, index);
        }

        Count++;
        ref Timer timer = ref _timers[index];
        _free = (int)timer.DeadlineNs;
        timer.DeadlineNs = deadlineNs;
        timer.Callback = callback;
        if (state is not null)
        {
            timer.State = state;
        }

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
        _isNextKnown &= index != _nextIndex;
        End(index);
        if (index == _lastIndex)
        {
            TakeBack((uint)(token >> 32));
        }
        else if ((++_cancelled & (SweepEvery - 1)) == 0)
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
            (_nextNs, _nextIndex) = FindNext();
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
            while (_heap.Count > 0 && _heap.First.DeadlineNs <= nowNs)
            {
                TimerHeap.Entry entry = _heap.Pop();
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
        var taken = new List<Taken>();
        for (int index = 0; index < _used; index++)
        {
            if ((_generations[index] & 1) != 0 && ReferenceEquals(_timers[index].Callback, callback))
            {
                taken.Add(new Taken(_timers[index].DeadlineNs, index, _timers[index].State!));
                End(index);
            }
        }

        taken.Sort(static (a, b) => a.DeadlineNs != b.DeadlineNs ? a.DeadlineNs.CompareTo(b.DeadlineNs) : a.Index - b.Index);
        return taken.ConvertAll(static timer => timer.State);
    }

    // A class: sorting values of a type of its own would be code of its own in every native program.
    private sealed record Taken(long DeadlineNs, int Index, object State);

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

    // A near timer, or one that needs more room.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long AddSlowly(long deadlineNs, object callback, object? state)
    {
        if (_free == NoTimer)
        {
            if (_used == _timers.Length)
            {
                Array.Resize(ref _timers, _used * 2);
                Array.Resize(ref _generations, _used * 2);
            }

            _timers[_used].DeadlineNs = NoTimer;
            _free = _used++;
        }

        int index = _free;
        uint generation = ++_generations[index];
        ref Timer timer = ref _timers[index];
        _free = (int)timer.DeadlineNs;
        timer = new Timer { DeadlineNs = deadlineNs, Callback = callback, State = state };
        Count++;
        Place(deadlineNs, index, generation);
        return ((long)generation << 32) | (uint)index;
    }

    // The timer is over: its handle and its entry say so from now on.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void End(int index)
    {
        ref uint generation = ref _generations[index];
        ref Timer timer = ref _timers[index];
        timer.Callback = null;
        timer.State = null;
        Count--;
        if (++generation != 0)
        {
            timer.DeadlineNs = _free;
            _free = index;
        }
        else
        {
            generation = 2; // its generations are used up: it is never taken again
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
            (_nextNs, _nextIndex) = (deadlineNs, index);
        }

        long tick = deadlineNs >> TickShift;
        if (tick <= _cursor)
        {
            AddToHeap(deadlineNs, index, generation);
            return;
        }

        int number = SlotOf(tick);
        ref Slot slot = ref _slots[number];
        if (slot.Count == slot.Entries.Length)
        {
            Grow(number);
        }

        (_lastIndex, _lastSlot) = (index, number);
        slot.Entries[slot.Count++] = new Entry { DeadlineNs = deadlineNs, Index = index, Generation = generation };
    }

    // What is scheduled and cancelled at once leaves nothing behind.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeBack(uint generation)
    {
        ref Slot slot = ref _slots[_lastSlot];
        int last = slot.Count - 1;
        if (last >= 0 && slot.Entries[last].Index == _lastIndex && slot.Entries[last].Generation == generation
            && !(_lastSlot == _sweep.Number && last < _sweep.Read))
        {
            slot.Count = last;
            if (last == 0)
            {
                Empty(_lastSlot);
            }
        }

        _lastIndex = NoTimer;
    }

    // Of a tick that is after the cursor's.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(long tick)
    {
        int level = (int)((uint)BitOperations.Log2((ulong)(tick ^ _cursor)) / DigitBits);
        return (level << DigitBits) | ((int)(tick >> (level * DigitBits)) & 63);
    }

    // An empty slot has no room, so the first timer of each comes here.
    private void Grow(int number)
    {
        ref Slot slot = ref _slots[number];
        _occupied[number >> DigitBits] |= 1UL << (number & 63);
        Entry[] entries = Take(Math.Max(LeastLength, slot.Count * 2));
        slot.Entries.AsSpan(0, slot.Count).CopyTo(entries);
        GiveBack(slot.Entries);
        slot.Entries = entries;
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

    private (long DeadlineNs, int Index) FindNext()
    {
        while (_heap.Count > 0)
        {
            ref readonly TimerHeap.Entry first = ref _heap.First;
            if (IsLive(first.Index, first.Generation))
            {
                return (first.DeadlineNs, first.Index);
            }

            _heap.Pop();
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
                return (SlotStart(number) << TickShift, NoTimer);
            }

            (long DeadlineNs, int Index) next = (long.MaxValue, NoTimer);
            foreach (ref Entry entry in slot.Entries.AsSpan(0, slot.Count))
            {
                if (entry.DeadlineNs < next.DeadlineNs && IsLive(entry.Index, entry.Generation))
                {
                    next = (entry.DeadlineNs, entry.Index);
                }
            }

            if (next.Index != NoTimer)
            {
                return next;
            }

            Empty(number); // all stale
        }

        return (long.MaxValue, NoTimer);
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
        foreach (ref Entry entry in slot.Entries.AsSpan(0, slot.Count))
        {
            if (IsLive(entry.Index, entry.Generation))
            {
                Place(entry.DeadlineNs, entry.Index, entry.Generation); // never into this slot, whose tick is the cursor's
            }
        }

        Empty(number);
        _isNextKnown = false; // it may have been a stale entry's
    }

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
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void SweepSome()
    {
        ref Slot slot = ref _slots[_sweep.Number];
        int end = Math.Min(slot.Count, _sweep.Read + SweepLength);
        uint[] generations = _generations;
        Entry[] entries = slot.Entries;
        int write = _sweep.Write;
        for (int read = _sweep.Read; read < end; read++)
        {
            Entry entry = entries[read];
            entries[write] = entry;
            write += generations[entry.Index] == entry.Generation ? 1 : 0;
        }

        (_sweep.Read, _sweep.Write) = (end, write);
        if (end == slot.Count)
        {
            // At once: timers that come to this slot before the next sweep would keep its end ahead for ever.
            CloseGap();
            _sweep.Number = NextOccupied(_sweep.Number);
        }
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddToHeap(long deadlineNs, int index, uint generation)
    {
        if (_heap.IsFull && _heap.Count > (2 * Count) + Slack)
        {
            _heap.DropStale(_generations);
        }

        _heap.Add(deadlineNs, index, generation);
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
    }

    private struct Entry
    {
        public long DeadlineNs;
        public int Index;
        public uint Generation;
    }

    private struct Sweep
    {
        public int Number; // of the slot
        public int Read;
        public int Write;
    }
}
