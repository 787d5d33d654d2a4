namespace Mainspring.Scheduler.Tests;

/// <summary>The lanes on a loop: which items run how often. On a virtual clock, with items that work no time.</summary>
public sealed class LaneTests
{
    [Fact]
    public void Items_OfBackground_RunWholeAndOnce_AndTheWorkRestsWhenThereAreNone()
    {
        using var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), FrameRate = 100, FrameBudget = TimeSpan.FromMilliseconds(4) });
        var lane = new Lane(LoadSpec.Parse("background:7x0ns"), new FrameMeter(4_000_000), new BusyWork());
        var background = new BackgroundLane(loop, lane);
        loop.OnFrame(FramePhase.Input, _ => background.Arrive());

        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(45) });

        Assert.Equal((35, 35, 0), (lane.Arrived, lane.Done, lane.Behind));
        Assert.Equal(0, loop.Counters.Background);
    }

    [Fact]
    public void Item_OfWork_KeepsBusyForItsTimeAtLeast()
    {
        var lane = new Lane(LoadSpec.Parse("frame:1x50us"), new FrameMeter(4_000_000), new BusyWork());

        lane.Arrive(2);
        lane.RunOne();

        Assert.True(lane.WorkedNs >= 50_000);
        Assert.Equal((1, 1), (lane.Done, lane.Behind));
    }
}
