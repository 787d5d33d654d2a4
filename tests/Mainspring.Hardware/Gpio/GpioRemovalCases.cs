using System.Diagnostics;
using Mainspring.Contracts;
using Mainspring.Devices;

namespace Mainspring.Hardware.Gpio;

/// <summary>A chip that goes while its lines are waited for, and returns.</summary>
public sealed class GpioRemovalCases
{
    private static readonly GpioLine s_input = GpioLine.Input(4) with { Edges = GpioEdges.Both };

    [Case]
    public void Chip_RemovedWhileTheLoopSleeps_IsOneEvent_AndItsLinesComeBack()
    {
        using var bench = new GpioBench(new GpioOptions { Lines = [s_input, GpioLine.Output(5) with { Initial = true, Safe = false }] });
        for (int turn = 1; turn <= 5; turn++)
        {
            bench.Sim.Drive(4, true);
            bench.Until(() => bench.Edges.Count == turn);
            long ticks = bench.Loop.Counters.Ticks, start = Stopwatch.GetTimestamp();
            var remover = new Thread(bench.Sim.Remove);
            bench.Loop.CallLater(TimeSpan.FromMilliseconds(20), remover.Start);
            bench.Source.On((in GpioDisconnected _, in EventInfo _) => bench.Loop.Stop());
            bench.Loop.Run(new RunOptions { For = TimeSpan.FromSeconds(20) });
            Check.True(bench.Trace[^1].StartsWith("disconnected: the chip was removed", StringComparison.Ordinal), bench.Trace[^1]);
            Check.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(15), "at once, and not because the time was over");
            Check.True(bench.Loop.Counters.Ticks - ticks < 20, "the loop has slept");
            remover.Join();
            Check.False(bench.Lines.IsOpen);
            bench.Until(() => bench.Source.Counters.Errors > 0); // an attempt while it is not there
            bench.Sim.Restore();
            bench.Until(() => bench.Trace[^1] == "connected 10");
            Check.True(bench.Sim.Level(5));
        }

        Check.Equal(5, bench.Trace.Count(static one => one.StartsWith("disconnected", StringComparison.Ordinal)));
        Check.Equal(6L, bench.Source.Counters.Attaches);
        Check.Equal(2, bench.Loop.Counters.Sources, "the watch of the node came and went with it");
    }

    [Case]
    public void Write_ToAChipThatIsGone_Throws_AndIsNoticed()
    {
        using var bench = new GpioBench(GpioLine.Output(5));
        bench.Sim.Remove();
        Check.Contains("the chip is gone; wait for GpioConnected", Check.Throws<IOException>(() => bench.Lines.Write(5, true)).Message);
        Check.Throws<IOException>(() => bench.Lines.ReadAll());
        bench.Until(() => bench.Trace.Count == 2);
        Check.Sequence(["connected 0", "disconnected: the chip was removed"], bench.Trace);
    }

    [Case]
    public void RemovalCheck_SeesIt_WithoutTheNode()
    {
        using var bench = new GpioBench(new GpioOptions { Lines = [s_input], RemovalCheck = TimeSpan.FromSeconds(1) });
        File.Delete(bench.Sim.Path); // the watch of the node finds the chip well, and hears nothing more
        bench.Run(100);
        Check.Equal(1, bench.Trace.Count, "a node that is deleted by hand is no removal");
        bench.Sim.Drive(4, true);
        bench.Until(() => bench.Trace.Count == 2);
        bench.Sim.Remove();
        bench.Until(() => bench.Trace.Count == 3);
        Check.Sequence(["connected 0", "4+", "disconnected: the chip was removed"], bench.Trace);
    }
}
