using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// A first-in-first-out lane of callbacks. An entry is known by its position, a number that is never used again: it is
/// the tie-break (lower runs first), the identity that a handle keeps, and what the watchdog watches.
/// </summary>
internal sealed class CallbackRing
{
    private const int FirstLength = 64; // a power of two, as all lengths

    private static readonly Action s_cancelled = static () => { };

    private Entry[] _entries = new Entry[FirstLength]; // free ones are empty
    private uint _mask = FirstLength - 1;
    private long _head; // the entry that runs now, or the next one to run
    private long _tail; // where the next one goes

    public long Head => Volatile.Read(ref _head);

    public long Tail => _tail;

    /// <summary>Entries that have not run, cancelled ones included.</summary>
    public long Pending => _tail - _head;

    public bool IsEmpty => _head == _tail;

    public bool IsFull => _tail - _head > _mask;

    /// <summary>Adds an <see cref="Action"/>. The caller has asked <see cref="IsFull"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Append(object callback)
    {
        long position = _tail++;
        At(position).Callback = callback;
        return position;
    }

    /// <summary>Adds an <see cref="Action{T}"/> of the state's type. The caller has asked <see cref="IsFull"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Append(object callback, object state)
    {
        long position = _tail++;
        At(position).Callback = callback;
        At(position).State = state;
        return position;
    }

    /// <summary>Adds a callback: an <see cref="Action"/> when <paramref name="state"/> is null, else an <see cref="Action{T}"/> of its type.</summary>
    public long Add(object callback, object? state)
    {
        if (IsFull)
        {
            Grow();
        }

        return state is null ? Append(callback) : Append(callback, state);
    }

    /// <summary>Adds the same callback several times.</summary>
    public void AddTimes(object callback, object state, int times)
    {
        while (Pending + times > _entries.Length)
        {
            Grow();
        }

        while (times > 0)
        {
            int start = (int)(_tail & (_entries.Length - 1));
            Span<Entry> entries = _entries.AsSpan(start, Math.Min(times, _entries.Length - start));
            entries[0] = new Entry { Callback = callback, State = state };
            for (int done = 1; done < entries.Length; done *= 2)
            {
                entries[..Math.Min(done, entries.Length - done)].CopyTo(entries[done..]); // tells the collector once for all
            }

            _tail += entries.Length;
            times -= entries.Length;
        }
    }

    /// <summary>Whether the entry has still to run (the one that is running has not).</summary>
    public bool IsPending(long position, bool isRunning) =>
        position < _tail && (position > _head || (position == _head && !isRunning)) && !ReferenceEquals(At(position).Callback, s_cancelled);

    /// <summary>Whether what <see cref="Peek"/> gave is what is left of a cancelled entry.</summary>
    public static bool IsCancelled(object? callback) => ReferenceEquals(callback, s_cancelled);

    /// <summary>Makes the entry do nothing when its turn comes. The caller has asked <see cref="IsPending"/>.</summary>
    public void Cancel(long position)
    {
        ref Entry entry = ref At(position);
        entry.Callback = s_cancelled;
        entry.State = null;
    }

    /// <summary>Runs entries up to <paramref name="end"/>, each in the loop's context. When one throws, it stands at <see cref="Head"/>, and <see cref="Skip"/> passes it.</summary>
    public void RunUntil(long end, in AmbientContext ambient)
    {
        (Thread? thread, ExecutionContext? execution, SynchronizationContext? synchronization) = ambient.Fields; // in registers
        long head = _head;
        while (head != end)
        {
            ref Entry entry = ref At(head);
            Invoke(entry.Callback, entry.State);
            if (!AmbientContext.Are(thread, execution, synchronization))
            {
                AmbientContext.RestoreChanged(ambient);
            }

            entry = ref At(head); // it may have moved
            entry.Callback = null!; // only now: while it runs, the entry says what is running
            entry.State = null;
            _head = ++head;
        }
    }

    /// <summary>Passes the entry at <see cref="Head"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip()
    {
        At(_head) = default;
        _head++;
    }

    /// <summary>Drops everything.</summary>
    public void Clear()
    {
        Array.Clear(_entries);
        _head = _tail;
    }

    /// <summary>What stands at <see cref="Head"/>. From another thread: a guess, for messages.</summary>
    public void Peek(out object? callback, out object? state) // no tuple of objects: its comparers would be in every native program
    {
        Entry[] entries = _entries;
        Entry entry = entries[(int)Head & (entries.Length - 1)];
        (callback, state) = (entry.Callback, entry.State);
    }

    /// <summary>Calls what <see cref="Add"/> took.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Invoke(object callback, object? state)
    {
        // A delegate's Invoke takes its target and its code from the delegate itself, so one call
        // fits every delegate type of this shape: Action<TState> for a class TState, SendOrPostCallback.
        if (state is null)
        {
            Unsafe.As<Action>(callback)();
        }
        else
        {
            Unsafe.As<Action<object>>(callback)(state);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry At(long position) =>
        ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), (nint)((uint)position & _mask)); // no other check: the mask is the array's

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Grow()
    {
        Entry[] old = _entries;
        var grown = new Entry[old.Length * 2];
        for (long position = _head; position < _tail; position++)
        {
            grown[(int)(position & (grown.Length - 1))] = old[(int)(position & (old.Length - 1))];
        }

        _entries = grown;
        _mask = (uint)grown.Length - 1;
    }

    private struct Entry
    {
        public object Callback;
        public object? State;
    }
}
