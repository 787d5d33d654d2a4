namespace Mainspring;

/// <summary>Collects in the gaps between frames: <see cref="GcPolicy.CollectInGaps"/>. Learns from its own collections how long a gap has to be.</summary>
internal sealed class GapCollector(LoopClock clock, long thresholdBytes)
{
    /// <summary>A gap is at least so long.</summary>
    public const long FloorNs = 200 * Nanoseconds.PerMicrosecond;

    private const int Forgetting = 8;

    private int _seen = GC.CollectionCount(0);
    private long _allocatedBefore = GC.GetTotalAllocatedBytes();
    private long _costNs;

    /// <summary>Collections that were made.</summary>
    public long Count { get; private set; }

    /// <summary>How much time has to be left to begin one: twice what they have cost lately, the worst of them remembered longest.</summary>
    public long NeededNs => Math.Max(FloorNs, 2 * _costNs);

    /// <summary>Collects when there is enough to collect, and time for it until the deadline.</summary>
    public void Collect(long deadlineNs)
    {
        long allocated = GC.GetTotalAllocatedBytes();
        int count = GC.CollectionCount(0);
        if (count != _seen)
        {
            (_seen, _allocatedBefore) = (count, allocated); // the runtime was first
        }

        long startNs = clock.ReadNs();
        if (allocated - _allocatedBefore < thresholdBytes || deadlineNs - startNs < NeededNs)
        {
            return;
        }

#pragma warning disable RS0030 // the one place that collects
        GC.Collect(0, GCCollectionMode.Forced, blocking: true);
#pragma warning restore RS0030
        Learn(clock.ReadNs() - startNs);
        Count++;
        (_seen, _allocatedBefore) = (GC.CollectionCount(0), allocated);
    }

    /// <summary>A collection took so long.</summary>
    public void Learn(long tookNs) => _costNs = Math.Max(tookNs, _costNs - ((_costNs - tookNs) / Forgetting));
}
