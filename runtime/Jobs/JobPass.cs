namespace Mainspring;

/// <summary>
/// The jobs that run in one phase of the next frame, in their order. What is added after the frame has begun runs in the one after it. A job that yields
/// the next frame again and again costs its two calls and nothing else: its object is not even touched.
/// </summary>
internal sealed class JobPass
{
    private Entry[] _entries = new Entry[16];
    private int _count;
    private int _at = int.MaxValue; // the job that runs now
    private int _kept;              // those before it that stay
    private int _end;               // those that stood here when the frame began
    private bool _hasLeft;          // a job has ended, perhaps not in a run

    public int Count => _count;

    /// <summary>How many passes have begun.</summary>
    public long Number { get; private set; }

    /// <summary>How many passes have come to this place.</summary>
    public long PassesOver(int place) => place > _at ? Number - 1 : Number;

    /// <summary>The job that runs now, or null.</summary>
    public Job? Running => _at < _count ? _entries[_at].Job : null;

    /// <summary>Where it stands.</summary>
    public int Place => _at;

    /// <summary>Set when the job that runs now was cancelled within its own step.</summary>
    public bool IsInterrupted { get; set; }

    /// <summary>Adds a job and returns its place. A null routine asks the job before it runs (<see cref="Job.StepHeld"/>).</summary>
    public int Add(Job job, IEnumerator<Wait>? routine)
    {
        if (_count == _entries.Length)
        {
            Array.Resize(ref _entries, _count * 2);
        }

        _entries[_count] = new Entry(job, routine);
        return _count++;
    }

    /// <summary>Has the job that stands there asked before it runs.</summary>
    public void Hold(int place, bool stays)
    {
        _entries[place].Routine = null;
        _hasLeft |= !stays && place != _at;
    }

    /// <summary>A frame begins: what stands here now has its step in it.</summary>
    public void BeginFrame() => _end = _count;

    /// <summary>Runs every job that stood here when the frame began once. One that throws ends, and disturbs no other.</summary>
    public void Run(MainLoop loop, bool isObserved, LoopTrace? trace)
    {
        _at = _kept = 0;
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
                Job failed = _entries[_at].Job;
                failed.Fail(exception);
                _at++;
            }
        }

        // Close the gap before what was added meanwhile.
        for (int added = _end; added < _count; added++)
        {
            _entries[added].Job.WasNotIn(Number); // some were added before this pass ran, though after its frame had begun
            Keep(added);
        }

        Array.Clear(_entries, _kept, _count - _kept);
        _count = _kept;
        _end = 0;
        _at = int.MaxValue;
    }

    /// <summary>Drops the jobs that have ended, when no run does.</summary>
    public void Sweep()
    {
        if (!_hasLeft)
        {
            return;
        }

        _hasLeft = false;
        _kept = _end = 0;
        for (int place = 0; place < _count; place++)
        {
            if (!_entries[place].Job.IsDone)
            {
                Keep(place);
            }
        }

        Array.Clear(_entries, _kept, _count - _kept);
        _count = _kept;
    }

    private void RunAll()
    {
        for (; _at < _end; _at++)
        {
            Prefetch.Object(ref _entries[Math.Min(_at + Prefetch.Ahead, _end - 1)].Routine);
            IEnumerator<Wait>? routine = _entries[_at].Routine;
            bool moved = routine is not null && routine.MoveNext();
            if (moved && !IsInterrupted && routine!.Current.IsNextFrame)
            {
                Keep(_at);
            }
            else
            {
                Finish(routine is not null, moved);
            }
        }
    }

    // A step that did not just yield the next frame.
    private void Finish(bool hasRun, bool moved)
    {
        IsInterrupted = false;
        Job job = _entries[_at].Job;
        if (hasRun ? job.AfterStep(moved) : job.StepHeld())
        {
            _entries[_at].Routine = job.RoutineInPass;
            Keep(_at);
        }
    }

    private void RunObserved(MainLoop loop, LoopTrace? trace)
    {
        for (; _at < _end; _at++)
        {
            Job job = _entries[_at].Job;
            var work = new Work(WorkKind.Job, job);
            trace?.Begin(in work);
            long startNs = loop.Clock.ReadNs();
            try
            {
                IEnumerator<Wait>? routine = _entries[_at].Routine;
                Finish(routine is not null, routine is not null && routine.MoveNext());
            }
            finally
            {
                job.Measure(loop.Clock.ReadNs() - startNs);
                trace?.End(in work);
            }
        }
    }

    private void Keep(int place)
    {
        if (_kept != place)
        {
            _entries[_kept] = _entries[place];
            _entries[_kept].Job.PlaceInPass = _kept;
        }

        _kept++;
    }

    private struct Entry(Job job, IEnumerator<Wait>? routine)
    {
        public readonly Job Job = job;
        public IEnumerator<Wait>? Routine = routine;
    }
}
