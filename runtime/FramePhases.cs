namespace Mainspring;

/// <summary>The callbacks of a frame, phase by phase. Adding and removing while a pass runs keeps the order; what is added runs from the next frame on.</summary>
internal sealed class FramePhases
{
    private readonly List<FrameHandle>[] _phases;
    private long _pass;

    public FramePhases()
    {
        _phases = new List<FrameHandle>[(int)FramePhase.Present + 1];
        for (int i = 0; i < _phases.Length; i++)
        {
            _phases[i] = [];
        }
    }

    public int Count { get; private set; }

    public void Add(FrameHandle handle)
    {
        handle.AddedInPass = _pass;
        _phases[(int)handle.Phase].Add(handle);
        Count++;
    }

    /// <summary>Runs every phase in order; the one of fixed steps once for each of them.</summary>
    public void Run(MainLoop loop, in Frame frame, long gridNs)
    {
        _pass++;
        for (FramePhase phase = FramePhase.Input; phase <= FramePhase.Present; phase++)
        {
            if (phase != FramePhase.FixedUpdate || !loop.HasFixedSteps)
            {
                Run(loop, phase, in frame, gridNs);
                continue;
            }

            bool ran = false;
            while (loop.BeginFixedStep(out long timeNs))
            {
                ran = true;
                Frame step = frame with { Delta = loop.FixedStep.Length };
                Run(loop, phase, in step, timeNs);
            }

            Sweep(_phases[(int)phase]); // when no step ran, too
            if (!ran)
            {
                loop.SweepFixedSteps();
            }
        }
    }

    private void Run(MainLoop loop, FramePhase phase, in Frame frame, long gridNs)
    {
        List<FrameHandle> handles = _phases[(int)phase];
        bool cancelled = false;
        for (int i = 0, count = handles.Count; i < count; i++)
        {
            FrameHandle handle = handles[i];
            if (handle.IsActive && handle.AddedInPass < _pass && handle.TakeTurn(gridNs))
            {
                loop.RunFrameCallback(handle, in frame);
            }

            cancelled |= !handle.IsActive;
        }

        if (cancelled)
        {
            Sweep(handles);
        }

        loop.RunJobs(phase);
    }

    private void Sweep(List<FrameHandle> handles) => Count -= handles.RemoveAll(static handle => !handle.IsActive);

    public void Clear()
    {
        foreach (List<FrameHandle> phase in _phases)
        {
            phase.ForEach(static handle => handle.Cancel());
            phase.Clear();
        }

        Count = 0;
    }
}
