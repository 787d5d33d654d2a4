using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// The methods that wait for one phase of the next frame, in the order in which they began to wait. What is added after the frame has begun runs in the one after
/// it. The array is compacted in place while it runs: a method that awaits the next frame again finds its own place, and nothing is written.
/// </summary>
internal sealed class AwaitPass(MainLoop loop)
{
    private object?[] _entries = new object?[16];
    private int _count;
    private int _end;       // those that stood here when the frame began
    private int _at = -1;   // the one that runs now
    private int _kept;      // where the next one goes that is added meanwhile; beyond _at when it has to go to the overflow
    private int _filled;    // what the compaction has filled, once _kept says "overflow"
    private object?[] _overflow = [];
    private int _overflowCount;
    private bool _hasCancelled;

    public MainLoop Loop => loop;

    public int Count => _count;

    /// <summary>The place that runs now; -1 when none does.</summary>
    public int At => Volatile.Read(ref _at);

    /// <summary>How many passes have begun. An awaiter keeps it, and knows by it whether it was resumed. Falls below all when the loop is disposed.</summary>
    public long Number { get; private set; }

    /// <summary>What runs now, for messages; null when nothing does.</summary>
    public object? Running => _at is >= 0 and var at && at < _count ? _entries[at] : null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(object continuation)
    {
        int kept = _kept;
        if (kept <= _at)
        {
            // The place of one that has run: most often its own, and then there is nothing to store.
            ref object? place = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), kept);
            if (!ReferenceEquals(place, continuation))
            {
                place = continuation;
            }

            _kept = kept + 1;
        }
        else
        {
            Append(continuation);
        }
    }

    /// <summary>A frame begins: what stands here now is resumed in it.</summary>
    public void BeginFrame() => _end = _count;

    /// <summary>Resumes everything that stood here when the frame began. One that throws disturbs no other.</summary>
    public void Run(LoopTrace? trace)
    {
        Number++;

        // What came between the beginning of the frame and this pass waits longer than what comes now, and so stands before it.
        (_kept, _filled) = _end == _count ? (0, -1) : (int.MaxValue, 0);
        _at = 0;
        while (_at < _end)
        {
            try
            {
                if (trace is null)
                {
                    RunAll(loop.Ambient);
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
                loop.RestoreAmbient();
                loop.Report(exception, WorkKind.Await, name, null);
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
    public void ThrowNotResumed() => throw (loop.IsClosing ? loop.DisposedWhileWaiting("NextFrame") : loop.WaitedForSynchronously("NextFrame"));

    private void RunAll(AmbientContext ambient)
    {
        ref object? entries = ref MemoryMarshal.GetArrayDataReference(_entries); // not replaced while the pass runs
        int end = _end;
        for (int at = _at; at < end; _at = ++at)
        {
            Prefetch.Object(ref Unsafe.Add(ref entries, Math.Min(at + Prefetch.Ahead, end - 1)));
            Continuation.Call(Unsafe.Add(ref entries, at)!);
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
                loop.RestoreAmbient();
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

        (_count, _end, _at, _kept, _filled) = (total, 0, -1, 0, -1);
        if (_overflowCount > 0)
        {
            int added = _overflowCount;
            _overflowCount = 0;
            Reserve(ref _entries, _count + added);
            Array.Copy(_overflow, 0, _entries, _count, added);
            Array.Clear(_overflow, 0, added);
            _count += added;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Append(object continuation)
    {
        if (loop.IsClosing)
        {
            loop.PostContinuation(Continuation.Runner, continuation); // an awaiter from before the end: it throws
            return;
        }

        if (_at < 0)
        {
            Reserve(ref _entries, _count + 1);
            _entries[_count++] = continuation;
            return;
        }

        if (_filled < 0)
        {
            (_filled, _kept) = (_kept, int.MaxValue); // from here on all go there, to keep their order
        }

        Reserve(ref _overflow, _overflowCount + 1);
        _overflow[_overflowCount++] = continuation;
    }

    private static void Reserve(ref object?[] array, int count)
    {
        if (count > array.Length)
        {
            Array.Resize(ref array, Math.Max(Math.Max(count, array.Length * 2), 16));
        }
    }
}
