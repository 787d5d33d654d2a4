using Mainspring.Contracts.Core;

namespace Mainspring.Contracts;

/// <summary>Collections in the gaps between frames, and those that land in frames all the same. On a virtual clock, with a real heap.</summary>
public sealed class GcPolicyCases : VirtualLoopSuite
{
    private const int Threshold = 256 * 1024;

    private static readonly LoopOptions s_options = new() { FrameRate = 100, GcPolicy = GcPolicy.CollectInGaps, GcThreshold = Threshold };

    [Case]
    public void Garbage_IsCollectedInTheGaps()
    {
        MainLoop loop = Build(s_options);
        int runtimes = 0, before = 0;
        loop.OnFrame(FramePhase.Update, _ =>
        {
            Allocate(Threshold);
            runtimes = GC.CollectionCount(0) - before;
        });
        before = GC.CollectionCount(0);
        RunFor(Ms(1000) - TimeSpan.FromTicks(1));
        FrameStats stats = loop.FrameStats;
        Check.Equal(100L, stats.Frames);
        Check.True(stats.CollectionsInGaps >= 90, $"{stats.CollectionsInGaps} in the gaps after 100 frames, and {runtimes} of all");
    }

    [Case]
    public void WhoAllocatesNothing_CollectsNothing()
    {
        MainLoop loop = Build(s_options with { GcThreshold = 64 * 1024 * 1024 });
        loop.OnFrame(FramePhase.Update, static _ => { });
        int before = GC.CollectionCount(0);
        RunFor(TimeSpan.FromSeconds(10));
        Check.Equal(0L, loop.FrameStats.CollectionsInGaps, $"{GC.CollectionCount(0) - before} of others");
    }

    [Case]
    public void TheDefault_CollectsNothing()
    {
        MainLoop loop = Build(s_options with { GcPolicy = GcPolicy.Default });
        loop.OnFrame(FramePhase.Update, _ => Allocate(Threshold));
        RunFor(Ms(500));
        Check.Equal(0L, loop.FrameStats.CollectionsInGaps);
    }

    [Case]
    public void AGapThatIsTooShort_IsLeftAlone()
    {
        MainLoop loop = Build(s_options with { FrameRate = 10_000 }); // 100 us, and 200 are the least
        loop.OnFrame(FramePhase.Update, _ => Allocate(Threshold));
        RunFor(Ms(10));
        Check.Equal(0L, loop.FrameStats.CollectionsInGaps);
    }

    [Case]
    public void ATimer_EndsAGapLikeAFrame()
    {
        MainLoop loop = Build(s_options);
        loop.CallEvery(TimeSpan.FromMicroseconds(100), static () => { });
        loop.OnFrame(FramePhase.Update, _ => Allocate(Threshold));
        RunFor(Ms(100));
        Check.Equal(0L, loop.FrameStats.CollectionsInGaps);
    }

    [Case]
    public void AHostsBudget_IsAGapToo()
    {
        MainLoop loop = Build(s_options with { FrameRate = null, Pacing = Pacing.Host });
        loop.OnFrame(FramePhase.Update, _ => Allocate(Threshold));
        for (int i = 0; i < 20; i++)
        {
            loop.TickFrame(Ms(10), Ms(8));
        }

        Check.True(loop.FrameStats.CollectionsInGaps >= 15, $"{loop.FrameStats.CollectionsInGaps}");
    }

    [Case]
    public void AGapHasToBeTwiceAsLongAsCollectionsTook()
    {
        var collector = new GapCollector(new VirtualClock(), Threshold);
        Check.Equal(GapCollector.FloorNs, collector.NeededNs);
        collector.Learn(1_000_000);
        Check.Equal(2_000_000L, collector.NeededNs);
        collector.Learn(200_000);
        Check.Equal(1_800_000L, collector.NeededNs, "the worst is forgotten by an eighth");
        for (int i = 0; i < 100; i++)
        {
            collector.Learn(10_000);
        }

        Check.Equal(GapCollector.FloorNs, collector.NeededNs);
    }

    [Case]
    public void ACollectionInAFrame_IsCountedWithWhatItCost_AndItsFrame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        loop.OnFrame(FramePhase.Update, frame =>
        {
            if (frame.Index is 3 or 5)
            {
                GC.Collect();
            }
        });
        RunFor(Ms(75));
        FrameStats stats = loop.FrameStats;
        Check.Equal(8L, stats.Frames);
        Check.True(stats.Collections >= 2);
        Check.True(stats.LastFrameWithCollection is >= 5);
        Check.True(stats.CollectionPause > TimeSpan.Zero);
        Check.True(stats.CollectionPause <= GC.GetTotalPauseDuration());
    }

    [Case]
    public void ACollectionBetweenFrames_IsNotCounted()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        int collected = 0, inFrames = 0, seen = 0;
        loop.OnFrame(FramePhase.Input, _ => seen = GC.CollectionCount(0));
        loop.OnFrame(FramePhase.Present, _ => inFrames += GC.CollectionCount(0) - seen); // others of the process may collect at any time
        loop.CallEvery(Ms(10), () =>
        {
            GC.Collect();
            collected++;
        });
        RunFor(Ms(95));
        Check.True(collected >= 9);
        Check.True(loop.FrameStats.Collections <= inFrames + 1, $"{loop.FrameStats.Collections} counted, {inFrames} seen between the phases");
    }

    [Case]
    public void CountingAndLooking_AllocateNothing()
    {
        MainLoop loop = Build(s_options with { GcThreshold = 1L << 40 });
        loop.OnFrame(FramePhase.Update, static _ => { });
        Allocations.None(() => loop.Tick(Ms(20)));
    }

    [Case]
    public void WithoutFrames_ItIsRefused()
    {
        Check.Contains("FrameRate", Check.Throws<ArgumentException>(() => Build(s_options with { FrameRate = null })).Message);
        Check.Throws<ArgumentOutOfRangeException>(() => Build(s_options with { GcThreshold = 0 }));
    }

    private static void Allocate(int bytes)
    {
        for (int left = bytes; left > 0; left -= 4096)
        {
            GC.KeepAlive(new byte[4096]);
        }
    }
}
