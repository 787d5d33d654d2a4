using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// The lane for callbacks from other threads: many producers, one consumer, no lock on the way. Each thread's order is kept.
/// Once closed it refuses; whatever it accepted before can still be taken, so that a post either runs or is refused.
/// </summary>
/// <remarks>
/// Segments are bounded rings. A thread claims a position at the tail, which is free when the head has passed the one a ring before it, and publishes by the slot's
/// callback: it neither reads a slot nor writes more of it than must be said, for the line is in another processor's cache. A full
/// segment is frozen (its tail jumps out of reach) and followed by one of twice the size; the steady state stays in one segment.
/// </remarks>
internal sealed class PostQueue
{
    private const int FirstCapacity = 256;
    private const int LastCapacity = 1 << 20;

    private readonly Lock _growing = new();
    private volatile Segment _tailSegment;
    private Segment _headSegment; // the consumer's
    private long _takenBefore;    // from the segments before that one
    private bool _closed;         // guarded by _growing

    public PostQueue()
    {
        _tailSegment = _headSegment = new Segment(FirstCapacity);
    }

    /// <summary>Adds a callback from any thread; a full fence stands between its publication and the return.</summary>
    /// <returns>False when the queue is closed.</returns>
    public bool TryAdd(object callback, object? state)
    {
        while (true)
        {
            Segment segment = _tailSegment;
            if (segment.TryAdd(callback, state))
            {
                return true;
            }

            lock (_growing)
            {
                if (_closed)
                {
                    return false;
                }

                if (_tailSegment == segment)
                {
                    segment.Freeze();
                    segment.Next = new Segment(Math.Min(segment.Capacity * 2, LastCapacity));
                    _tailSegment = segment.Next;
                }
            }
        }
    }

    /// <summary>Refuses everything from now on.</summary>
    public void Close()
    {
        lock (_growing)
        {
            _closed = true;
            _tailSegment.Freeze();
        }
    }

    /// <summary>Whether nothing can be taken. A post that is just being made may not be seen yet; its thread will wake the loop.</summary>
    public bool IsEmpty
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)] // asked several times in every tick
        get => !_headSegment.HasReady && _headSegment.Next is null;
    }

    /// <summary>The number of callbacks taken so far; the watchdog watches it. Not counted here: producers read this object, and would miss what the consumer has just written.</summary>
    public long Taken => _takenBefore + _headSegment.Taken;

    /// <summary>How many were accepted and not taken; one that is just being published counts.</summary>
    public long Count
    {
        get
        {
            long count = 0;
            for (Segment? segment = _headSegment; segment is not null; segment = segment.Next)
            {
                count += segment.Count;
            }

            return count;
        }
    }

    /// <summary>Takes the oldest callback, if it has been published.</summary>
    public bool TryTake(out object? callback, out object? state)
    {
        if (_headSegment.TryTake(out callback, out state))
        {
            return true;
        }

        PassEmptySegments();
        return _headSegment.TryTake(out callback, out state);
    }

    /// <summary>Moves the oldest callbacks to a lane, at most so many, and returns how many. Together, not one by one: what other processors have written is fetched while the first of them are moved.</summary>
    public int MoveTo(CallbackRing lane, int most)
    {
        int moved = _headSegment.MoveTo(lane, most);
        if (moved == 0)
        {
            PassEmptySegments();
            moved = _headSegment.MoveTo(lane, most);
        }

        return moved;
    }

    /// <summary>Takes the oldest callback of a closed queue, waiting for threads that are just publishing one.</summary>
    public bool TryTakeLast(out object? callback, out object? state)
    {
        var spin = default(SpinWait);
        while (true)
        {
            if (TryTake(out callback, out state))
            {
                return true;
            }

            if (_headSegment.IsDrained && _headSegment.Next is null)
            {
                return false;
            }

            spin.SpinOnce(); // a producer stands between its claim and its publication
        }
    }

    private void PassEmptySegments()
    {
        while (_headSegment.IsDrained && _headSegment.Next is { } next)
        {
            _takenBefore += _headSegment.Taken;
            _headSegment = next;
        }
    }

    private sealed class Segment
    {
        private readonly Slot[] _slots;
        private Ends _ends;
        private bool _frozen;

        public Segment(int capacity) => _slots = new Slot[capacity];

        public Segment? Next
        {
            get => Volatile.Read(ref field);
            set => Volatile.Write(ref field, value);
        }

        public int Capacity => _slots.Length;

        public long Count => Math.Max(0, RealTail - _ends.Head);

        public long Taken => _ends.Head;

        /// <summary>Frozen, and everything that was claimed has been taken.</summary>
        public bool IsDrained => Volatile.Read(ref _frozen) && _ends.Head == RealTail;

        public bool HasReady
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => Volatile.Read(ref At(_ends.Head).Callback) is not null;
        }

        private long RealTail
        {
            get
            {
                long tail = Volatile.Read(ref _ends.Tail);
                return tail >= Ends.OutOfReach ? tail - Ends.OutOfReach : tail;
            }
        }

        public bool TryAdd(object callback, object? state)
        {
            while (true)
            {
                long position = Volatile.Read(ref _ends.Tail);
                if (position - Volatile.Read(ref _ends.HeadSeen) >= _slots.Length)
                {
                    long head = Volatile.Read(ref _ends.Head);
                    if (position - head >= _slots.Length)
                    {
                        return false; // full, or frozen
                    }

                    Volatile.Write(ref _ends.HeadSeen, head); // an older one, by a slower thread, says less than there is room
                }

                if (Interlocked.CompareExchange(ref _ends.Tail, position + 1, position) == position)
                {
                    ref Slot slot = ref At(position);
                    slot.State = state;
                    Volatile.Write(ref slot.Callback, callback);
                    Interlocked.MemoryBarrier(); // before the sleeper's flag is read
                    return true;
                }
            }
        }

        public bool TryTake(out object? callback, out object? state)
        {
            ref Slot slot = ref At(_ends.Head);
            callback = Volatile.Read(ref slot.Callback);
            state = slot.State;
            if (callback is null)
            {
                return false;
            }

            slot = default;
            Volatile.Write(ref _ends.Head, _ends.Head + 1);
            return true;
        }

        public int MoveTo(CallbackRing lane, int most)
        {
            int moved = 0;
            for (; moved < most; moved++)
            {
                ref Slot slot = ref At(_ends.Head + moved);
                object? callback = Volatile.Read(ref slot.Callback);
                if (callback is null)
                {
                    break;
                }

                lane.Add(callback, slot.State);
                slot = default;
            }

            Volatile.Write(ref _ends.Head, _ends.Head + moved);
            return moved;
        }

        public void Freeze()
        {
            if (!_frozen)
            {
                Interlocked.Add(ref _ends.Tail, Ends.OutOfReach); // the head is a ring and more behind it: TryAdd sees a full one
                Volatile.Write(ref _frozen, true);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private ref Slot At(long position) =>
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), (nint)(position & (_slots.Length - 1)));
    }

    private struct Slot
    {
        public object? Callback; // null: free, or claimed and not yet published
        public object? State;
    }

    // Head and tail on cache lines of their own: the consumer writes the one, the producers the other.
    [StructLayout(LayoutKind.Explicit, Size = 384)]
    private struct Ends
    {
        public const long OutOfReach = 1L << 62;

        [FieldOffset(128)]
        public long Head;

        [FieldOffset(256)]
        public long Tail;

        [FieldOffset(264)]
        public long HeadSeen; // by the producers: what they need of it, on their own line
    }
}
