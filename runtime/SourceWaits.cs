namespace Mainspring;

/// <summary>Who waits for a source: jobs and methods for its next event, streams for its end.</summary>
internal sealed class SourceWaits
{
    private readonly List<Job> _jobs = [];
    private List<ISourceWait> _methods = [];
    private List<ISourceWait>? _spare = [];
    private SourceHandle? _removed;

    /// <summary>Called once, when the source has left the loop.</summary>
    public event Action? Removed;

    public void Add(Job job) => _jobs.Add(job);

    public void Remove(Job job) => _jobs.Remove(job);

    public void Add(ISourceWait method) => _methods.Add(method);

    public void Remove(ISourceWait method) => _methods.Remove(method);

    /// <summary>All that wait for this event go on, in their order: jobs in their phase, methods in the next round, or at the end of the frame's phase.</summary>
    public void OnEvent<TEvent>(in TEvent e)
        where TEvent : struct, allows ref struct
    {
        if (_jobs.Count > 0)
        {
            _jobs.ForEach(static job => job.Resume());
            _jobs.Clear();
        }

        if (_methods.Count > 0)
        {
            EndWaits(in e);
        }
    }

    public void OnRemoved(SourceHandle source)
    {
        _jobs.ForEach(static job => job.OnSourceRemoved());
        _jobs.Clear();
        _removed = source;
        Removed?.Invoke();
        FailWaits(source);
    }

    private void FailWaits(SourceHandle source)
    {
        while (_methods.Count > 0)
        {
            ISourceWait method = _methods[0];
            _methods.RemoveAt(0);
            method.OnRemoved(source);
        }
    }

    // Conditions are the users': one may begin another wait, which is for the next event, remove the source, or have it emit something.
    private void EndWaits<TEvent>(in TEvent e)
        where TEvent : struct, allows ref struct
    {
        List<ISourceWait> asked = _methods;
        (_methods, _spare) = (_spare ?? [], null);
        int kept = 0;
        for (int i = 0; i < asked.Count; i++)
        {
            if (_removed is not null || !Ends(asked[i], in e))
            {
                asked[kept++] = asked[i];
            }
        }

        asked.RemoveRange(kept, asked.Count - kept);
        asked.AddRange(_methods);
        _methods.Clear();
        (_methods, _spare) = (asked, _methods);
        if (_removed is { } source)
        {
            FailWaits(source);
        }
    }

    private static bool Ends<TEvent>(ISourceWait wait, in TEvent e)
        where TEvent : struct, allows ref struct
    {
        if (wait is IAnyEventWait any)
        {
            any.OnEvent();
            return true;
        }

        return wait is IEventWait<TEvent> typed && typed.OnEvent(in e);
    }
}
