using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// A hierarchical timing wheel. A slot's timers lie in blocks of its own, in any order: one that is cancelled leaves a hole, which the next one of this slot fills. When
/// the wheel comes to a slot, its timers stay where they are, and entries go on to the level below, and at last to the near timers.
/// </summary>
/// <remarks>
/// After Varghese and Lauck, "Hashed and Hierarchical Timing Wheels" (1987). A timer's level is the highest digit in which its tick differs from the
/// cursor's, as in Linux' and tokio's wheels. See docs/decisions/0002-timing-wheel.md.
/// </remarks>
internal sealed class TimerWheel : TimerPool
{
    public const int TickShift = 20;               // a tick, the width of a slot of level 0, is 2^20 ns: 1.05 ms

    private const int DigitBits = 8;               // 256 slots a level
    private const int Levels = 6;                  // 20 + 6 * 8 bits: more than the farthest deadline has
    private const int Digits = 1 << DigitBits;
    private const int Words = Digits / 64;
    private const ulong MostTicks = (1UL << (Levels * DigitBits)) - 1;
    private const int Near = Levels * Digits;      // the slot of timers that are never in the wheel
    private const int ScanLimit = 1024;            // how many places of a slot are looked at for an exact deadline
    private const int Slack = 2 * BlockLength;     // holes that nobody minds
    private const int NearSlack = 1024;            // the same of timers that are not in the wheel
    private const int FirstPassing = 32;           // so that a small program never makes more

    private readonly Slot[] _slots = new Slot[Near + 1];
    private readonly ulong[] _occupied = new ulong[Levels * Words]; // a bit a slot
    private uint _occupiedWords;                                    // a bit for each of these that is not zero
    private readonly Passing[] _passing = new Passing[Levels];
    private TimerEntry[] _collected = new TimerEntry[FirstPassing];
    private long _cursor;

    public TimerWheel()
    {
        foreach (ref Passing passing in _passing.AsSpan())
        {
            passing.Entries = new TimerEntry[FirstPassing];
            passing.Ranges = new Range[Digits];
        }
    }

    /// <summary>The tick at which the wheel stands. Timers of this tick and before are not in it.</summary>
    public long Cursor => _cursor;

    /// <summary>Whether a timer is far, and its slot has a hole for it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasHole(long deadlineNs, out int number)
    {
        long tick = deadlineNs >> TickShift;
        number = SlotOf(tick);
        ref Slot slot = ref SlotAt(number);
        return tick > _cursor && slot.FirstHole != 0 && slot.NextSequence != uint.MaxValue;
    }

    /// <summary>The first hole of a slot that has one, for a timer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref TimerRecord Fill(int number, long deadlineNs, out int place)
    {
        ref Slot slot = ref SlotAt(number);
        place = slot.FirstHole;
        ref TimerRecord record = ref At(place);
        slot.FirstHole = record.Time.NextHole;
        slot.Surplus += 2;
        record.Time.DeadlineNs = deadlineNs;
        record.Sequence = slot.NextSequence++;
        return ref record;
    }

    /// <summary>A place for a timer: in its slot when it is far, else one that is not in the wheel.</summary>
    public ref TimerRecord Take(long deadlineNs, out int place, out bool isFar)
    {
        long tick = deadlineNs >> TickShift;
        isFar = tick > _cursor;
        int number = isFar ? SlotOf(tick) : Near;
        MakeRoom(number);
        return ref Fill(number, deadlineNs, out place);
    }

    /// <summary>Whether a timer is in a slot still. Else an entry knows it, and who takes that frees its place, or it is not in the wheel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSlot(int owner) => (uint)owner < Near;

    /// <summary>Frees the place of a timer that has ended, in its slot.</summary>
    /// <returns>True.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Remove(int number, ref TimerRecord record, int place)
    {
        ref Slot slot = ref SlotAt(number);
        FreeIn(ref slot, ref record, place);
        return slot.Surplus >= -Slack || Shrink(number);
    }

    /// <summary>Frees the place of a timer that has ended, and that no entry knows any more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(int place)
    {
        if (OwnerOf(place) == Near)
        {
            ref Slot near = ref SlotAt(Near);
            FreeIn(ref near, ref At(place), place);
            if (near.Count == 0 && near.Places > NearSlack)
            {
                GiveBack(near.FirstBlock, near.LastBlock); // no entry knows any of its places: it would not be free
                near = default;
            }

            return;
        }

        ref TimerRecord record = ref At(place);
        record.Sequence = record.Generation == 0 ? TimerRecord.Retired : 0;
        FreeOrphan(place);
    }

    /// <summary>
    /// The timer with the earliest deadline, or none (0). Exact, unless more than 1,024 places share the nearest slot: then it is the slot's start, and nobody's.
    /// </summary>
    public (long DeadlineNs, int Place) FindNext()
    {
        for (int number = FirstSlot(); number >= 0; number = FirstSlot())
        {
            ref Slot slot = ref _slots[number];
            Span<TimerEntry> passing = PassingTo(number);
            if (slot.Count + passing.Length > 0 && slot.Places + passing.Length > ScanLimit)
            {
                return (SlotStart(number) << TickShift, 0);
            }

            (long DeadlineNs, int Place) next = (long.MaxValue, 0);
            foreach (ref TimerEntry entry in passing)
            {
                if (entry.DeadlineNs < next.DeadlineNs && IsPending(entry.Place))
                {
                    next = (entry.DeadlineNs, entry.Place);
                }
            }

            for (int block = slot.FirstBlock; block != 0; block = Next(block))
            {
                for (int place = block << BlockShift; place < (block + 1) << BlockShift; place++)
                {
                    ref TimerRecord record = ref At(place);
                    if (record.IsPending && record.Time.DeadlineNs < next.DeadlineNs)
                    {
                        next = (record.Time.DeadlineNs, place);
                    }
                }
            }

            if (next.Place != 0)
            {
                return next;
            }

            Close(number, passing);
        }

        return (long.MaxValue, 0);
    }

    /// <summary>Moves the cursor to the first slot, if that has begun by a tick, and what is in it to the level below, or to <paramref name="near"/>.</summary>
    public bool TryOpen(long nowTick, NearTimers near)
    {
        int number = FirstSlot();
        if (number < 0 || SlotStart(number) > nowTick)
        {
            _cursor = Math.Max(_cursor, nowTick); // no slot that has any lies between, so no timer's level changes
            return false;
        }

        Debug.Assert(SlotStart(number) >= _cursor, "slots before the cursor were opened before, and new timers go past them");
        _cursor = SlotStart(number);
        Slot slot = _slots[number];
        Span<TimerEntry> passing = PassingTo(number);
        if (number < Digits)
        {
            Span<TimerEntry> entries = near.BeginFill(slot.Count + passing.Length);
            passing.CopyTo(entries);
            Collect(slot.FirstBlock, entries[passing.Length..]);
            near.EndFill();
        }
        else
        {
            Pass(number, in slot, passing);
        }

        Clear(number);
        return true;
    }

    // To the level below. The timers are not told: they would have to be fetched from memory.
    private void Pass(int number, in Slot slot, Span<TimerEntry> passing)
    {
        int level = (number >> DigitBits) - 1;
        int shift = TickShift + (level * DigitBits);
        ref Passing below = ref _passing[level];
        int count = slot.Count + passing.Length;
        Grow(ref below.Entries, count);
        Grow(ref _collected, count);
        Span<TimerEntry> collected = _collected.AsSpan(0, count);
        passing.CopyTo(collected);
        Collect(slot.FirstBlock, collected[passing.Length..]);
        below.FirstSequence = slot.FirstBlock != 0 ? slot.NextSequence : _passing[level + 1].FirstSequence;
        Range[] ranges = below.Ranges;
        Array.Clear(ranges);
        foreach (ref readonly TimerEntry entry in collected)
        {
            ranges[(byte)(entry.DeadlineNs >> shift)].End++;
        }

        int end = 0;
        for (int digit = 0; digit < ranges.Length; digit++)
        {
            int length = ranges[digit].End;
            ranges[digit] = new Range { Start = end, End = end };
            end += length;
            if (length > 0)
            {
                SetOccupied((level << DigitBits) | digit);
            }
        }

        TimerEntry[] entries = below.Entries;
        foreach (ref readonly TimerEntry entry in collected)
        {
            entries[ranges[(byte)(entry.DeadlineNs >> shift)].End++] = entry;
        }
    }

    private static void Grow(ref TimerEntry[] entries, int count)
    {
        if (entries.Length < count)
        {
            entries = new TimerEntry[BitOperations.RoundUpToPowerOf2((uint)count)];
        }
    }

    // Entries of all timers in a chain of blocks, which are orphans then.
    private void Collect(int block, Span<TimerEntry> entries)
    {
        int collected = 0;
        while (block != 0)
        {
            int next = Next(block);
            int before = collected;
            for (int place = block << BlockShift; place < (block + 1) << BlockShift; place++)
            {
                ref TimerRecord record = ref At(place);
                if (record.IsPending)
                {
                    entries[collected++] = new TimerEntry { DeadlineNs = record.Time.DeadlineNs, Sequence = record.Sequence, Place = place };
                }
            }

            Leave(block, collected - before);
            block = next;
        }

        Debug.Assert(collected == entries.Length, "a slot counts its timers");
    }

    // All of it has ended.
    private void Close(int number, Span<TimerEntry> passing)
    {
        foreach (ref TimerEntry entry in passing)
        {
            Free(entry.Place);
        }

        ref Slot slot = ref _slots[number];
        if (slot.FirstBlock != 0)
        {
            GiveBack(slot.FirstBlock, slot.LastBlock);
        }

        Clear(number);
    }

    private void Clear(int number)
    {
        _slots[number] = default;
        if ((_occupied[number >> 6] &= ~(1UL << (number & 63))) == 0)
        {
            _occupiedWords &= ~(1U << (number >> 6));
        }

        _passing[number >> DigitBits].Ranges[number & (Digits - 1)] = default;
    }

    private void SetOccupied(int number)
    {
        _occupied[number >> 6] |= 1UL << (number & 63);
        _occupiedWords |= 1U << (number >> 6);
    }

    private Span<TimerEntry> PassingTo(int number)
    {
        ref Passing passing = ref _passing[number >> DigitBits];
        Range range = passing.Ranges[number & (Digits - 1)];
        return passing.Entries.AsSpan(range.Start, range.End - range.Start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void FreeIn(ref Slot slot, ref TimerRecord record, int place)
    {
        slot.Surplus -= 2;
        if (record.Generation == 0)
        {
            record.Sequence = TimerRecord.Retired;
            return;
        }

        int first = slot.FirstHole;
        slot.FirstHole = place;
        record.Time.NextHole = first;
        At(first).Time.PreviousHole = place; // the first of all goes to place 0
    }

    private void MakeRoom(int number)
    {
        ref Slot slot = ref _slots[number];
        if (slot.NextSequence == uint.MaxValue)
        {
            Renumber(number);
        }

        if (slot.FirstHole != 0)
        {
            return;
        }

        int block = Take(number, out slot.FirstHole);
        slot.Places += BlockLength;
        slot.Surplus -= BlockLength;
        if (slot.FirstBlock != 0)
        {
            Next(slot.LastBlock) = block;
        }
        else
        {
            slot.FirstBlock = block;
            if (number < Near)
            {
                SetOccupied(number);
                slot.NextSequence = _passing[number >> DigitBits].FirstSequence;
            }
        }

        slot.LastBlock = block;
    }

    // Of a slot that is mostly holes: gives its first block back if that has no timers, else makes it the last one. True: a call of it may be the last thing that its caller does.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool Shrink(int number)
    {
        ref Slot slot = ref _slots[number];
        if (slot.Count == 0)
        {
            GiveBack(slot.FirstBlock, slot.LastBlock);
            slot = default;
            if (PassingTo(number).IsEmpty)
            {
                Clear(number);
            }

            return true;
        }

        int block = slot.FirstBlock;
        int first = block << BlockShift;
        int end = first + BlockLength;
        bool isEmpty = true;
        for (int place = first; place < end && isEmpty; place++)
        {
            isEmpty = !IsPending(place);
        }

        slot.FirstBlock = Next(block); // there is more than one
        if (!isEmpty)
        {
            Next(slot.LastBlock) = block;
            Next(block) = 0;
            slot.LastBlock = block;
            return true;
        }

        for (int place = first; place < end; place++)
        {
            ref TimerRecord hole = ref At(place);
            if (hole.IsRetired)
            {
                continue;
            }

            if (slot.FirstHole == place)
            {
                slot.FirstHole = hole.Time.NextHole;
            }
            else
            {
                At(hole.Time.PreviousHole).Time.NextHole = hole.Time.NextHole;
                At(hole.Time.NextHole).Time.PreviousHole = hole.Time.PreviousHole;
            }
        }

        slot.Places -= BlockLength;
        slot.Surplus += BlockLength;
        GiveBack(block, block);
        return true;
    }

    // Four billion timers have passed through this slot. Those that came from above are before its own.
    private void Renumber(int number)
    {
        ref Slot slot = ref _slots[number];
        if (number == Near)
        {
            slot.NextSequence = 0; // which are numbered elsewhere
            return;
        }

        Span<TimerEntry> passing = PassingTo(number);
        TimerSort.SortByHeap(passing);
        uint next = 0;
        foreach (ref TimerEntry entry in passing)
        {
            entry.Sequence = next++;
        }

        var places = new List<int>(slot.Count);
        for (int block = slot.FirstBlock; block != 0; block = Next(block))
        {
            for (int place = block << BlockShift; place < (block + 1) << BlockShift; place++)
            {
                if (IsPending(place))
                {
                    places.Add(place);
                }
            }
        }

        places.Sort((a, b) => At(a).Sequence.CompareTo(At(b).Sequence));
        foreach (int place in places)
        {
            At(place).Sequence = next++;
        }

        slot.NextSequence = next;
    }

    // Without a branch, which the processor could not foresee where timers lie on both sides of a level's end. Also for ticks that the cursor has passed: some slot.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SlotOf(long tick)
    {
        int shift = BitOperations.Log2((ulong)(tick ^ _cursor) & MostTicks) & ~(DigitBits - 1);
        return (shift << (DigitBits - 3)) | (byte)(tick >> shift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot SlotAt(int number) => ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(uint)number);

    // The next slot that has any, or -1. Lower levels come first: what is in them shares more digits with the cursor.
    private int FirstSlot()
    {
        if (_occupiedWords == 0)
        {
            return -1;
        }

        int word = BitOperations.TrailingZeroCount(_occupiedWords);
        return (word << 6) | BitOperations.TrailingZeroCount(_occupied[word]);
    }

    private long SlotStart(int number)
    {
        int shift = (number >> DigitBits) * DigitBits;
        long above = _cursor >> (shift + DigitBits) << (shift + DigitBits);
        return above | ((long)(number & (Digits - 1)) << shift);
    }

    private struct Slot
    {
        public int FirstHole;
        public int Surplus;       // twice the timers, less the places: half of them are holes when it is 0
        public uint NextSequence;
        public int Places;        // timers and holes
        public int FirstBlock;
        public int LastBlock;

        public readonly int Count => (Surplus + Places) / 2;
    }

    // What has come from a slot of the level above, which is one at a time: by digit.
    private struct Passing
    {
        public TimerEntry[] Entries;
        public Range[] Ranges;
        public uint FirstSequence; // of a slot's own timers
    }

    private struct Range
    {
        public int Start;
        public int End;
    }
}
