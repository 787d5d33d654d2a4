using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>Waiting for an edge, from a method and from a job, with and without a time limit.</summary>
public sealed class GpioWaitContract
{
    private static readonly GpioLine[] s_lines = [GpioLine.Input(1) with { Edges = GpioEdges.Both }, GpioLine.Input(4) with { Edges = GpioEdges.Both }];

    [Case]
    public void Await_OfALine_MissesNoEdge()
    {
        using var bench = new GpioBench(s_lines);
        bench.Chip.At(GpioBench.Ms(1), 1, true);
        bench.Chip.At(GpioBench.Ms(2), 4, true);
        bench.Chip.At(GpioBench.Ms(2), 1, false);
        bench.Chip.At(GpioBench.Ms(3), 4, false);
        var trace = new List<string>();
        bench.Loop.Run(async () =>
        {
            GpioEdge edge = await bench.Loop.WaitFor<GpioEdge>(bench.Source, static e => e.Line == 4);
            trace.Add($"{edge.Line} {edge.IsRising} {bench.Loop.Now.TotalMilliseconds}");
            edge = await bench.Loop.WaitFor<GpioEdge>(bench.Source, static e => e is { Line: 4, IsRising: false });
            trace.Add($"{edge.Line} {edge.IsRising} {bench.Loop.Now.TotalMilliseconds}");
        });
        Check.Sequence(["4 True 2", "4 False 3"], trace);
    }

    [Case]
    public void Await_WithATimeLimit_EndsExactlyThen()
    {
        using var bench = new GpioBench(s_lines);
        bench.Chip.At(GpioBench.Ms(5), 4, true);
        bench.Loop.Run(async () =>
        {
            GpioEdge edge = await bench.Loop.WithTimeout(bench.Loop.WaitFor<GpioEdge>(bench.Source), GpioBench.Ms(6));
            Check.Equal(4, edge.Line);
            try
            {
                await bench.Loop.WithTimeout(bench.Loop.WaitFor<GpioEdge>(bench.Source, static e => e.Line == 1), GpioBench.Ms(10));
                Check.True(false, "there was no edge");
            }
            catch (TimeoutException)
            {
                Check.Equal(15.0, bench.Loop.Now.TotalMilliseconds);
            }
        });
    }

    [Case]
    public void Job_WaitsForAnEdge_WithATimeLimit()
    {
        using var bench = new GpioBench(s_lines);
        bench.Chip.At(GpioBench.Ms(7), 4, true);
        var trace = new List<double>();
        Job job = bench.Loop.StartJob(Routine());
        bench.Run(100);
        Check.Sequence([7.0], trace);
        Check.Equal(JobState.Faulted, job.State);

        IEnumerator<Wait> Routine()
        {
            yield return Wait.Task(bench.Loop.WithTimeout(bench.Loop.WaitFor<GpioEdge>(bench.Source, static e => e.Line == 4), GpioBench.Ms(50)));
            trace.Add(bench.Loop.Now.TotalMilliseconds);
            yield return Wait.Task(bench.Loop.WithTimeout(bench.Loop.WaitFor<GpioEdge>(bench.Source), GpioBench.Ms(20)));
            trace.Add(-1);
        }
    }

    [Case]
    public void Condition_ThatThrows_EndsTheWaitWithItsException()
    {
        using var bench = new GpioBench(s_lines);
        bench.Chip.At(GpioBench.Ms(1), 4, true);
        bench.Loop.Run(async () =>
        {
            try
            {
                await bench.Loop.WaitFor<GpioEdge>(bench.Source, static _ => throw new FormatException("mine"));
                Check.True(false, "it threw");
            }
            catch (FormatException)
            {
            }
        });
        Check.Equal(SourceState.Attached, bench.Source.State);
        Check.Equal(0L, bench.Loop.Counters.Errors);
    }

    [Case]
    public void Wait_OutlastsAChipThatGoesAndReturns()
    {
        using var bench = new GpioBench(s_lines);
        bench.Loop.CallAt(GpioBench.Ms(5), bench.Chip.Remove);
        bench.Loop.CallAt(GpioBench.Ms(6), bench.Chip.Restore);
        bench.Chip.At(GpioBench.Ms(300), 4, true);
        bench.Loop.Run(async () =>
        {
            GpioEdge edge = await bench.Loop.WaitFor<GpioEdge>(bench.Source);
            Check.Equal(GpioBench.Ms(300), edge.Time);
        });
    }
}
