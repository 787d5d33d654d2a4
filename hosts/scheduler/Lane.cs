namespace Mainspring.Scheduler;

/// <summary>One part of the load while it runs: its items, how many have come, and what was done of them.</summary>
internal sealed class Lane(LoadSpec spec, FrameMeter meter, BusyWork work)
{
    private const long SliceNs = 20_000; // between two looks at the budget

    private long _arrived;
    private long _itemWorkedNs; // of the background item that has begun

    /// <summary>What it is.</summary>
    public LoadSpec Spec => spec;

    /// <summary>Items that have come so far.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    /// <summary>Items that were done.</summary>
    public long Done { get; private set; }

    /// <summary>Items that have come and are not done.</summary>
    public long Behind => Math.Max(0, Arrived - Done);

    /// <summary>How long it has worked.</summary>
    public long WorkedNs { get; private set; }

    /// <summary>Items come. Any thread.</summary>
    public void Arrive(int count) => Interlocked.Add(ref _arrived, count);

    /// <summary>Does one item, whole.</summary>
    public void RunOne()
    {
        long startNs = BusyWork.NowNs;
        long endNs = work.Run(startNs, spec.WorkNs);
        Done++;
        WorkedNs += endNs - startNs;
        meter.Worked(spec.Kind, startNs, endNs);
    }

    /// <summary>Does items as long as there is budget: a step of background work.</summary>
    /// <returns>Whether there are more.</returns>
    public bool Step(FrameBudget budget)
    {
        while (Behind > 0)
        {
            long leftNs = (long)budget.Remaining.TotalNanoseconds;
            if (leftNs <= 0)
            {
                return true;
            }

            long startNs = BusyWork.NowNs;
            long endNs = work.Run(startNs, Math.Min(Math.Min(leftNs, SliceNs), spec.WorkNs - _itemWorkedNs));
            _itemWorkedNs += endNs - startNs;
            WorkedNs += endNs - startNs;
            meter.Worked(spec.Kind, startNs, endNs);
            if (_itemWorkedNs >= spec.WorkNs)
            {
                Done++;
                _itemWorkedNs = 0;
            }
        }

        return false;
    }
}
