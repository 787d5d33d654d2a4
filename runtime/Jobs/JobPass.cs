using System.Collections;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// The jobs that run in one phase of the next frame, in their order. What is added after the frame has begun runs in the one after it. A job that yields
/// the next frame again and again costs its two calls and nothing else: its object is not even touched. One that leaves makes a gap; the gaps are closed
/// when they are many, so that jobs that come and go do not move all the others in every frame.
/// </summary>
internal sealed class JobPass
{
    private Entry[] _entries = new Entry[16];
    private Job?[] _jobs = new Job?[16]; // whose they are: not among them, since a pass that goes well reads none of these
    private int _places;            // that are taken, the gaps too
    private int _gaps;
    private int _at = int.MaxValue; // the job that runs now
    private int _end;               // those that stood here when the frame began
    private bool _hasLeft;          // a job has ended outside of a run

    /// <summary>How many jobs stand here, also those that have ended and were not met since.</summary>
    public int Count => _places - _gaps;

    /// <summary>How many passes have begun.</summary>
    public long Number { get; private set; }

    /// <summary>How many passes have come to this place.</summary>
    public long PassesOver(int place) => place > _at ? Number - 1 : Number;

    /// <summary>The job that runs now, or null.</summary>
    public Job? Running => _at < _places ? _jobs[_at] : null;

    /// <summary>Where it stands.</summary>
    public int Place => _at;

    /// <summary>Set when the job that runs now was cancelled within its own step.</summary>
    public bool IsInterrupted { get; set; }

    /// <summary>Adds a job and returns its place. A null routine asks the job before it runs (<see cref="Job.StepHeld"/>).</summary>
    public int Add(Job job, IEnumerator<Wait>? routine)
    {
        if (_places == _entries.Length)
        {
            Array.Resize(ref _jobs, _places * 2); // first, so that it is never the shorter one, also when there is no memory for the other
            Array.Resize(ref _entries, _places * 2);
        }

        _entries[_places].SetRoutine(routine);
        _jobs[_places] = job;
        return _places++;
    }

    /// <summary>Has the job that stands there asked before it runs.</summary>
    public void Hold(int place, bool stays)
    {
        _entries[place].Routine = null;
        _hasLeft |= !stays && place != _at;
    }

    /// <summary>A frame begins: what stands here now has its step in it.</summary>
    public void BeginFrame() => _end = _places;

    /// <summary>Runs every job that stood here when the frame began once. One that throws ends, and disturbs no other.</summary>
    public void Run(MainLoop loop, bool isObserved, LoopTrace? trace)
    {
        _at = 0;
        Number++;
        while (_at < _end)
        {
            try
            {
                if (isObserved)
                {
                    RunObserved(loop, trace);
                }
                else
                {
                    RunAll();
                }
            }
            catch (Exception exception)
            {
                IsInterrupted = false;
                _jobs[_at]!.Fail(exception);
                Leave(_at);
                _at++;
            }
        }

        for (int added = _end; added < _places; added++)
        {
            _jobs[added]!.WasNotIn(Number); // some were added before this pass ran, though after its frame had begun
        }

        (_at, _end) = (int.MaxValue, 0);
        if (_gaps > _places / 4)
        {
            CloseGaps();
        }
    }

    /// <summary>Drops the jobs that have ended, when no run does.</summary>
    public void Sweep()
    {
        if (!_hasLeft)
        {
            return;
        }

        _hasLeft = false;
        for (int place = 0; place < _places; place++)
        {
            if (_jobs[place] is { IsDone: true })
            {
                Leave(place);
            }
        }

        CloseGaps();
    }

    private void RunAll()
    {
        int at = _at;
        for (int last = _end - Prefetch.Ahead; at < last; _at = ++at)
        {
            ref Entry entry = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_entries), (nint)(uint)at); // a step may have made the array longer
            Prefetch.Object(ref Unsafe.Add(ref entry, Prefetch.Ahead).Routine, behind: 32); // its state and what it yields
            Step(ref entry);
        }

        for (; at < _end; _at = ++at)
        {
            Step(ref _entries[at]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(ref Entry entry)
    {
        IEnumerator? routine = entry.Routine;
        if (routine is null)
        {
            Finish(hasRun: false, moved: false);
        }
        else if (!routine.MoveNext())
        {
            Finish(hasRun: true, moved: false);
        }
        else if (IsInterrupted)
        {
            Finish(hasRun: true, moved: true);
        }
        else if (entry.IsPlain)
        {
            if (routine.Current is not null)
            {
                Finish(hasRun: true, moved: true);
            }
        }
        else if (!Unsafe.As<IEnumerator<Wait>>(routine).Current.IsNextFrame)
        {
            Finish(hasRun: true, moved: true);
        }
    }

    // A step that did not just yield the next frame.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Finish(bool hasRun, bool moved)
    {
        IsInterrupted = false;
        if (_jobs[_at] is not { } job)
        {
            return; // a gap
        }

        if (!(hasRun ? job.AfterStep(moved) : job.StepHeld()))
        {
            Leave(_at);
        }
        else
        {
            _entries[_at].SetRoutine(job.RoutineInPass);
        }
    }

    private void RunObserved(MainLoop loop, LoopTrace? trace)
    {
        for (; _at < _end; _at++)
        {
            if (_jobs[_at] is not { } job)
            {
                continue;
            }

            var work = new Work(WorkKind.Job, job);
            trace?.Begin(in work);
            long startNs = loop.Clock.ReadNs();
            try
            {
                IEnumerator? routine = _entries[_at].Routine;
                Finish(routine is not null, routine is not null && routine.MoveNext());
            }
            finally
            {
                job.Measure(loop.Clock.ReadNs() - startNs);
                trace?.End(in work);
            }
        }
    }

    private void Leave(int place)
    {
        _entries[place] = default;
        _jobs[place] = null;
        _gaps++;
    }

    private void CloseGaps()
    {
        int kept = 0;
        for (int place = 0; place < _places; place++)
        {
            if (_jobs[place] is not { } job)
            {
                continue;
            }

            if (kept != place)
            {
                _entries[kept] = _entries[place];
                _jobs[kept] = job;
                job.PlaceInPass = kept;
            }

            kept++;
        }

        Array.Clear(_entries, kept, _places - kept);
        Array.Clear(_jobs, kept, _places - kept);
        (_places, _gaps, _end) = (kept, 0, 0);
    }

    private struct Entry
    {
        public IEnumerator? Routine; // of waits; or, when it is plain, of objects, as the user gave it
        public bool IsPlain;

        public void SetRoutine(IEnumerator<Wait>? routine)
        {
            var plain = routine as JobRoutine;
            IsPlain = plain is not null;
            IEnumerator? next = plain?.Inner ?? routine;
            if (Routine != next)
            {
                Routine = next;
            }
        }
    }
}
