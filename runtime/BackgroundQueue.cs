namespace Mainspring;

/// <summary>The budgeted work of a loop, one step at a time, in turn.</summary>
internal sealed class BackgroundQueue
{
    private readonly List<BackgroundHandle> _work = [];
    private int _next;

    public int Count => _work.Count;

    public void Add(BackgroundHandle work) => _work.Add(work);

    public void Clear()
    {
        foreach (BackgroundHandle work in _work)
        {
            work.Cancel();
        }

        _work.Clear();
    }

    /// <summary>The next one in turn, or null. With <paramref name="onlyOverdue"/>: the next that has waited longer than its maximum delay.</summary>
    public BackgroundHandle? TakeTurn(long nowNs, bool onlyOverdue)
    {
        for (int looked = _work.Count; looked > 0 && _work.Count > 0; looked--)
        {
            _next %= _work.Count;
            BackgroundHandle work = _work[_next];
            if (!work.IsPending)
            {
                _work.RemoveAt(_next);
                continue;
            }

            _next++;
            if (!onlyOverdue || nowNs - work.LastRunNs >= work.MaxDelayNs)
            {
                return work;
            }
        }

        return null;
    }

    /// <summary>Runs one step. One that throws has no further steps.</summary>
    public static void Run(BackgroundHandle work, FrameBudget budget, long nowNs)
    {
        work.LastRunNs = nowNs;
        work.Steps++;
        bool more = false;
        try
        {
            more = work.Step(budget);
        }
        finally
        {
            if (!more)
            {
                work.IsPending = false;
            }
        }
    }
}
