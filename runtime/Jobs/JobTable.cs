using System.Runtime.CompilerServices;

namespace Mainspring;

/// <summary>All jobs of a loop, and the phases in which those run that wait for a frame.</summary>
internal sealed class JobTable
{
    private readonly JobPass[] _phases = new JobPass[(int)FramePhase.Present + 1];
    private readonly Queue<Job> _deferred = new();
    private int _endings; // nested
    private JobPass? _running;
    private Job? _first;
    private Job? _last;
    private bool _mayBeReady; // false: no job waits for a frame or turn, which every tick asks twice

    public JobTable()
    {
        for (int i = 0; i < _phases.Length; i++)
        {
            _phases[i] = new JobPass();
        }
    }

    public int Count { get; private set; }

    /// <summary>Jobs that keep the loop alive.</summary>
    public int Referenced { get; set; }

    /// <summary>The job whose step runs now, or null.</summary>
    public Job? Running => _running?.Running;

    /// <summary>The place of that job among those of its phase; 0 while none runs.</summary>
    public int Place => _running is null ? 0 : _running.Place;

    /// <summary>Whether a job waits for a frame or turn.</summary>
    public bool HasReady
    {
        get
        {
            if (!_mayBeReady)
            {
                return false;
            }

            foreach (JobPass phase in _phases)
            {
                if (phase.Count > 0)
                {
                    return true;
                }
            }

            return _mayBeReady = false;
        }
    }

    public void Add(Job job)
    {
        job.Previous = _last;
        if (_last is null)
        {
            _first = job;
        }
        else
        {
            _last.Next = job;
        }

        _last = job;
        Count++;
        Referenced++;
        AddToPhase(job);
    }

    public void Remove(Job job)
    {
        if (job.Previous is null)
        {
            _first = job.Next;
        }
        else
        {
            job.Previous.Next = job.Next;
        }

        if (job.Next is null)
        {
            _last = job.Previous;
        }
        else
        {
            job.Next.Previous = job.Previous;
        }

        Count--;
        Referenced -= job.IsReferenced ? 1 : 0;
    }

    public void AddToPhase(Job job) => Join(job, job.Phase);

    public void AddToFixedStep(Job job) => Join(job, FramePhase.FixedUpdate);

    public bool IsFixedStep(JobPass? pass) => ReferenceEquals(pass, _phases[(int)FramePhase.FixedUpdate]);

    /// <summary>A frame, or a turn, begins: the jobs that wait for it are those that stand in the phases now.</summary>
    public void BeginFrame()
    {
        foreach (JobPass phase in _phases)
        {
            phase.BeginFrame();
        }
    }

    /// <summary>A fixed step begins: the jobs that wait for it are those that stand there now, so that a job may run in several steps of one frame.</summary>
    public void BeginFixedStep() => _phases[(int)FramePhase.FixedUpdate].BeginFrame();

    /// <summary>No fixed step ran in this frame: what has ended meanwhile goes.</summary>
    public void SweepFixedSteps() => _phases[(int)FramePhase.FixedUpdate].Sweep();

    /// <summary>How many places of a phase are taken, also by jobs that have ended.</summary>
    public int PlacesIn(FramePhase phase) => _phases[(int)phase].Count;

    /// <summary>Runs the jobs of one phase.</summary>
    public void Run(MainLoop loop, FramePhase phase, bool isObserved, LoopTrace? trace)
    {
        JobPass pass = _phases[(int)phase];
        if (pass.Count > 0)
        {
            JobPass? outer = _running;
            _running = pass;
            pass.Run(loop, isObserved, trace);
            _running = outer;
        }
    }

    public List<Job> All()
    {
        var jobs = new List<Job>(Count);
        for (Job? job = _first; job is not null; job = job.Next)
        {
            jobs.Add(job);
        }

        return jobs;
    }

    /// <summary>Ends a job that was cancelled. A <c>finally</c> block may cancel the next job, and its the next: where the stack is nearly used up, that waits for the outermost
    /// call, which ends them all before it returns.</summary>
    public void End(Job job)
    {
        if (_endings > 0 && !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            _deferred.Enqueue(job);
            return;
        }

        _endings++;
        job.EndCancelled();
        _endings--;
        while (_endings == 0 && _deferred.TryDequeue(out Job? next))
        {
            End(next);
        }
    }

    /// <summary>Cancels all jobs, the youngest first.</summary>
    public void CancelAll()
    {
        Job? job = _last;
        while (job is not null)
        {
            job = job.Cancel() ? _last : job.Previous; // one that is being cancelled already cannot be waited for
        }
    }

    private void Join(Job job, FramePhase phase)
    {
        job.Join(_phases[(int)phase]);
        _mayBeReady = true;
    }
}
