namespace Mainspring;

/// <summary>The methods that wait for a phase of the next frame.</summary>
internal sealed class AwaitTable
{
    private readonly AwaitPass[] _phases = new AwaitPass[(int)FramePhase.Present + 1];
    private bool _mayBeReady; // false: nothing waits, which every tick asks twice

    public AwaitTable(MainLoop loop)
    {
        for (int i = 0; i < _phases.Length; i++)
        {
            _phases[i] = new AwaitPass(loop, this);
        }
    }

    /// <summary>Whether anything waits for a frame or turn.</summary>
    public bool HasReady
    {
        get
        {
            if (!_mayBeReady)
            {
                return false;
            }

            foreach (AwaitPass phase in _phases)
            {
                if (phase.Count > 0)
                {
                    return true;
                }
            }

            return _mayBeReady = false;
        }
    }

    /// <summary>Something waits in a phase where nothing may have waited.</summary>
    public void OnAdded() => _mayBeReady = true;

    /// <summary>How far the passes are. From another thread: a guess, of which only the changes count.</summary>
    public long Place
    {
        get
        {
            long place = 0;
            foreach (AwaitPass phase in _phases)
            {
                place += phase.At;
            }

            return place;
        }
    }

    /// <summary>What runs now, or null.</summary>
    public object? Running
    {
        get
        {
            foreach (AwaitPass phase in _phases)
            {
                if (phase.Running is { } running)
                {
                    return running;
                }
            }

            return null;
        }
    }

    public AwaitPass this[FramePhase phase] => (uint)phase < (uint)_phases.Length
        ? _phases[(int)phase]
        : throw new ArgumentOutOfRangeException(nameof(phase), phase, "There are six phases, from Input to Present.");

    /// <summary>A frame, or a turn, begins: what is resumed in it is what stands in the phases now.</summary>
    public void BeginFrame()
    {
        foreach (AwaitPass phase in _phases)
        {
            phase.BeginFrame();
        }
    }

    /// <summary>Resumes what waits for one phase.</summary>
    public void Run(FramePhase phase, LoopTrace? trace)
    {
        AwaitPass pass = _phases[(int)phase];
        if (pass.Count > 0)
        {
            pass.Run(trace);
        }
    }

    /// <summary>Resumes everything with an <see cref="OperationCanceledException"/>.</summary>
    public void CancelAll()
    {
        foreach (AwaitPass phase in _phases)
        {
            phase.Cancel();
        }
    }
}
