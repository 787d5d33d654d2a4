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

    /// <summary>Runs every phase in order.</summary>
    public void Run(MainLoop loop, in Frame frame)
    {
        _pass++;
        for (int number = 0; number < _phases.Length; number++)
        {
            List<FrameHandle> phase = _phases[number];
            bool cancelled = false;
            for (int i = 0, count = phase.Count; i < count; i++)
            {
                FrameHandle handle = phase[i];
                if (handle.IsActive && handle.AddedInPass < _pass)
                {
                    loop.RunFrameCallback(handle, in frame);
                }

                cancelled |= !handle.IsActive;
            }

            if (cancelled)
            {
                Count -= phase.RemoveAll(static handle => !handle.IsActive);
            }

            loop.RunJobs((FramePhase)number);
        }
    }

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
