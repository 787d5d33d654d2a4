using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// The methods that wait for one phase of the next frame, in the order in which they began to wait. What is added after the frame has begun runs in the one after
/// it. The array is compacted in place while it runs: a method that awaits the next frame again finds its own place, and nothing is written.
/// </summary>
internal sealed class AwaitPass
{
    private object?[] _entries = new object?[16]; // the last one is always null: no continuation's place
    private int _count;
    private int _end;       // those that stood here when the frame began
    private int _at = -1;   // the one that runs now
    private int _kept = 15; // where the next one goes that is added meanwhile; the last place when it has to go elsewhere
    private int _filled = -1; // what the compaction has filled, once those that are added go to the overflow
    private object?[] _overflow = [];
    private int _overflowCount;
    private bool _hasCancelled;
    private readonly AwaitTable _table;

    public AwaitPass(MainLoop loop, AwaitTable table)
    {
        Loop = loop;
        _table = table;
        Handle = GCHandle.ToIntPtr(GCHandle.Alloc(this, GCHandleType.Weak));
    }

    public MainLoop Loop { get; }

    /// <summary>This, for an awaitable: a number, which a method's frame stores without telling the collector. Never freed, since nobody knows when the last awaitable is gone; so it
    /// is always safe to ask for what it stands for, and costs a loop eight bytes for ever.</summary>
    public nint Handle { get; }

    public int Count => _count;

    /// <summary>The place that runs now; -1 when none does.</summary>
    public int At => Volatile.Read(ref _at);

    /// <summary>How many passes have begun. An awaiter keeps it, and knows by it whether it was resumed. Falls below all when the loop is disposed.</summary>
    public long Number { get; private set; }

    /// <summary>What runs now, for messages; null when nothing does.</summary>
    public object? Running => _at is >= 0 and var at && at < _count ? _entries[at] : null;

    /// <summary>What a <see cref="Handle"/> stands for; null when it is gone with its loop.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static AwaitPass? Of(nint handle) => Unsafe.As<AwaitPass?>(GCHandle.FromIntPtr(handle).Target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(object continuation)
    {
        // Most often the place of the one that runs and waits again: then there is nothing to store. One that has been added twice may find its second place before that has run: it
        // holds the same continuation in this frame and in the next.
        int kept = _kept;
        if (ReferenceEquals(Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), kept), continuation))
        {
            _kept = kept + 1;
        }
        else
        {
            AddElsewhere(continuation);
        }
    }

    /// <summary>A frame begins: what stands here now is resumed in it.</summary>
    public void BeginFrame() => _end = _count;

    /// <summary>Resumes everything that stood here when the frame began. One that throws disturbs no other.</summary>
    public void Run(LoopTrace? trace)
    {
        Number++;

        // What came between the beginning of the frame and this pass waits longer than what comes now, and so stands before it.
        (_kept, _filled) = _end == _count ? (0, -1) : (NoPlace, 0);
        _at = 0;
        while (_at < _end)
        {
            try
            {
                if (trace is null)
                {
                    RunAll(Loop.Ambient);
                }
                else
                {
                    RunTraced(trace);
                }
            }
            catch (Exception exception)
            {
                string name = WorkName.Of(_entries[_at]);
                _at++;
                Loop.RestoreAmbient();
                Loop.Report(exception, WorkKind.Await, name, null);
            }
        }

        CloseUp();
    }

    /// <summary>A wait that stands here was cancelled: its method has gone on.</summary>
    public void OnCancelled() => _hasCancelled = true;

    /// <summary>Drops the waits that were cancelled, when no run does.</summary>
    public void Sweep()
    {
        if (!_hasCancelled)
        {
            return;
        }

        _hasCancelled = false;
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            if (_entries[i] is CancelableWait { IsWaiting: false } wait)
            {
                wait.Resume(); // gives its place up
            }
            else
            {
                _entries[kept++] = _entries[i];
            }
        }

        Array.Clear(_entries, kept, _count - kept);
        (_count, _end) = (kept, 0);
    }

    /// <summary>Resumes everything with an <see cref="OperationCanceledException"/>; who waits again from now on is not let in.</summary>
    public void Cancel()
    {
        Number = long.MinValue + 1;
        while (_count > 0)
        {
            _end = _count;
            Run(null);
            Number = long.MinValue + 1;
        }
    }

    /// <summary>Throws what the result of a wait is when it was not resumed by a frame.</summary>
    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void ThrowNotResumed(AwaitPass? pass) => throw (pass is null ? new OperationCanceledException("The loop of this NextFrame is gone.")
        : pass.Loop.IsClosing ? pass.Loop.DisposedWhileWaiting("NextFrame")
        : pass.Loop.WaitedForSynchronously("NextFrame"));

    private int NoPlace => _entries.Length - 1;

    private void RunAll(AmbientContext ambient)
    {
        ref object? entries = ref MemoryMarshal.GetArrayDataReference(_entries); // not replaced while the pass runs
        ref object? entry = ref Unsafe.Add(ref entries, _at);
        ref object? last = ref Unsafe.Add(ref entries, Math.Max(_at, _end - Prefetch.Ahead));
        for (; Unsafe.IsAddressLessThan(ref entry, ref last); _at++)
        {
            Prefetch.Object(ref Unsafe.Add(ref entry, Prefetch.Ahead), behind: 64); // the method in its box
            Continuation.Call(entry!);
            ambient.Restore();
            entry = ref Unsafe.Add(ref entry, 1);
        }

        for (; _at < _end; _at++)
        {
            Continuation.Call(_entries[_at]!);
            ambient.Restore();
        }
    }

    private void RunTraced(LoopTrace trace)
    {
        for (; _at < _end; _at++)
        {
            object continuation = _entries[_at]!;
            var work = new Work(WorkKind.Await, continuation);
            trace.Begin(in work);
            try
            {
                Continuation.Call(continuation);
            }
            finally
            {
                Loop.RestoreAmbient();
                trace.End(in work);
            }
        }
    }

    // Behind those that were kept in place comes what was added before the pass, then what found no place.
    private void CloseUp()
    {
        int kept = _filled >= 0 ? _filled : _kept;
        int late = _count - _end;
        if (late > 0)
        {
            Array.Copy(_entries, _end, _entries, kept, late);
        }

        int total = kept + late;
        if (total < _count)
        {
            Array.Clear(_entries, total, _count - total);
        }

        (_count, _end, _at, _kept, _filled) = (total, 0, -1, NoPlace, -1);
        if (_overflowCount > 0)
        {
            int added = _overflowCount;
            _overflowCount = 0;
            ReserveEntries(_count + added);
            Array.Copy(_overflow, 0, _entries, _count, added);
            Array.Clear(_overflow, 0, added);
            _count += added;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddElsewhere(object continuation)
    {
        if (_kept <= _at)
        {
            _entries[_kept++] = continuation; // the place of one that has run
        }
        else if (Loop.IsClosing)
        {
            Loop.PostContinuation(Continuation.Runner, continuation); // an awaiter from before the end: it throws
        }
        else if (_at < 0)
        {
            ReserveEntries(_count + 1);
            _entries[_count++] = continuation;
            _table.OnAdded();
        }
        else
        {
            if (_filled < 0)
            {
                (_filled, _kept) = (_kept, NoPlace); // from here on all go there, to keep their order
            }

            Reserve(ref _overflow, _overflowCount + 1);
            _overflow[_overflowCount++] = continuation;
        }
    }

    private void ReserveEntries(int count)
    {
        Reserve(ref _entries, count + 1);
        _kept = NoPlace;
    }

    private static void Reserve(ref object?[] array, int count)
    {
        if (count > array.Length)
        {
            Array.Resize(ref array, Math.Max(Math.Max(count, array.Length * 2), 16));
        }
    }
}
