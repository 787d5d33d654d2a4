using Mainspring.Contracts;
using Mainspring.Devices;

namespace Mainspring.Hardware.Gpio;

/// <summary>Edges of the kernel, as fast as they come.</summary>
public sealed class GpioEdgeCases
{
    private const int Lines = 8;

    private static GpioOptions Options => new() { Consumer = "flood", Lines = Watched(Lines), EventBufferSize = 1024 };

    private static GpioLine[] Watched(int count) => [.. Enumerable.Range(0, count).Select(static line => GpioLine.Input(line) with { Edges = GpioEdges.Both })];

    [Case]
    public void Edges_Of8LinesAtOnce_100_000_ReceivedAndReportedLost_AreThoseProduced()
    {
        const int Edges = 100_000;
        using var bench = new GpioFlood(Options, Lines);
        bench.Run(Edges / Lines / 10, onOneProcessor: true);
        bench.Run(Edges / Lines * 9 / 10, onOneProcessor: true);
        Check.Equal(Edges, bench.Received + bench.Lost, $"{bench.Received} received");
        Check.True(bench.Bytes < 4096, $"{bench.Bytes} bytes were allocated, which is more than Run itself needs");
        Follows(bench);
    }

    [Case]
    public void Edges_ThatMeetInTheInterrupt_AreCountedAsLost_AtLeast()
    {
        const int Edges = 40_000;
        using var bench = new GpioFlood(Options, Lines);
        bench.Run(Edges / Lines, onOneProcessor: false);
        Check.True(bench.Received + bench.Lost >= Edges, $"{bench.Received} received, {bench.Lost} lost");
        Check.True(bench.Received <= Edges, $"{bench.Received} received");
        Follows(bench);
    }

    [Case]
    public void Edges_OfOneRequest_AreInOrder_AndTheirTimesGoUp()
    {
        using var bench = new GpioBench(Watched(Lines));
        TimeSpan before = bench.Loop.Now;
        for (int i = 0; i < 400; i++)
        {
            int wanted = bench.Edges.Count + 1;
            bench.Sim.Drive(i % Lines, i / Lines % 2 == 0);
            bench.Until(() => bench.Edges.Count >= wanted);
        }

        for (int i = 0; i < 400; i++)
        {
            GpioEdge edge = bench.Edges[i];
            Check.Equal((i % Lines, i % Lines, i / Lines % 2 == 0), (edge.Line, edge.Index, edge.IsRising));
            Check.Equal((uint)(i + 1), edge.Sequence);
            Check.Equal((uint)((i / Lines) + 1), edge.LineSequence);
            Check.True(i == 0 || edge.Time > bench.Edges[i - 1].Time);
            Check.True(edge.Time >= before - TimeSpan.FromMilliseconds(1) && edge.Time <= bench.Loop.Now + TimeSpan.FromMilliseconds(1), "it is the loop's time");
        }

        Check.Equal(400, bench.Edges.Count);
        Check.Equal(0L, bench.Lost);
    }

    [Case]
    public void RealtimeClock_IsMappedToTheLoops()
    {
        using var bench = new GpioBench(new GpioOptions { Lines = Watched(1), EventClock = GpioEventClock.Realtime });
        TimeSpan before = bench.Loop.Now;
        bench.Sim.Drive(0, true);
        bench.Until(() => bench.Edges.Count == 1);
        GpioEdge edge = bench.Edges[0];
        Check.True(edge.Time >= before - TimeSpan.FromMilliseconds(5) && edge.Time <= bench.Loop.Now + TimeSpan.FromMilliseconds(5), $"{before} {edge.Time} {bench.Loop.Now}");
        long wallNs = (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;
        Check.True(Math.Abs(wallNs - edge.KernelTimeNs) < 60_000_000_000, "the kernel's time is the wall clock's");
    }

    [Case]
    public void FullBuffer_KeepsTheNewest_AndSaysHowManyAreLost()
    {
        using var bench = new GpioBench(new GpioOptions { Consumer = "full", Lines = Watched(1), EventBufferSize = 16 });
        OneProcessor.TakeThreadsOf("full", 1);
        OneProcessor.TakeThisThread();
        for (int i = 1; i <= 401; i++)
        {
            bench.Sim.Drive(0, i % 2 == 1);
        }

        bench.Run(500);
        Check.Sequence(["connected 0", "lost 385", "0-", "0+"], bench.Trace.Take(4));
        Check.Sequence(Enumerable.Range(386, 16).Select(static number => (uint)number), bench.Edges.Select(static edge => edge.LineSequence));
        Check.Equal(385L, bench.Source.Counters.Lost);
    }

    [Case]
    public void Silent_TheLoopDoesNotWake()
    {
        using var bench = new GpioBench([.. Watched(4), GpioLine.Output(5) with { Safe = false }]);
        bench.Run(50);
        long ticks = bench.Loop.Counters.Ticks, dispatches = bench.Source.Counters.Dispatches;
        bench.Run(2000);
        Check.Equal(dispatches, bench.Source.Counters.Dispatches);
        Check.True(bench.Loop.Counters.Ticks - ticks <= 2, $"{bench.Loop.Counters.Ticks - ticks} ticks, of which one ends the run");
    }

    [Case]
    public void Edge_IsAwaited_WithATimeLimit()
    {
        using var bench = new GpioBench(Watched(2));
        bench.Loop.Run(async () =>
        {
            bench.Loop.CallLater(TimeSpan.FromMilliseconds(5), () => bench.Sim.Drive(0, true));
            bench.Loop.CallLater(TimeSpan.FromMilliseconds(10), () => bench.Sim.Drive(1, true));
            GpioEdge edge = await bench.Loop.WithTimeout(bench.Loop.WaitFor<GpioEdge>(bench.Source, static e => e.Line == 1), TimeSpan.FromSeconds(20));
            Check.Equal(1, edge.Line);
            try
            {
                await bench.Loop.WithTimeout(bench.Loop.WaitFor<GpioEdge>(bench.Source), TimeSpan.FromMilliseconds(20));
                Check.True(false, "there was no edge");
            }
            catch (TimeoutException)
            {
            }
        });
    }

    private static void Follows(GpioFlood bench)
    {
        Check.Equal(bench.Lost, bench.Source.Counters.Lost);
        Check.Equal(0L, bench.Disorder, "each line's numbers and times go up");
        Check.Equal(bench.Levels, bench.Lines.ReadAll(), "who follows the edges knows the levels");
    }
}
