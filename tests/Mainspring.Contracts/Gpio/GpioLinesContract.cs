using System.Runtime.CompilerServices;
using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>What lines of a chip do, on a simulated one and a virtual clock: every time is exact.</summary>
public sealed class GpioLinesContract : GpioLinesContractBase
{
}

/// <summary>The cases, for whatever backend stands between a program and the chip.</summary>
public abstract class GpioLinesContractBase
{
    private static readonly GpioLine s_input = GpioLine.Input(4) with { Edges = GpioEdges.Both };

    /// <summary>Cases that ask for what the backend does not have, and the reason.</summary>
    private protected virtual IReadOnlyDictionary<string, string> Inapplicable { get; } = new Dictionary<string, string>();

    /// <summary>Makes the lines.</summary>
    private protected virtual IGpioLines CreateLines(SimulatedGpioChip chip, MainLoop loop, GpioOptions options) => chip.CreateLines(options);

    private GpioBench Bench(GpioLine[] lines, [CallerMemberName] string name = "") => Bench(new GpioOptions { Lines = lines }, name: name);

    private GpioBench Bench(GpioOptions options, int lineCount = 8, Action<SimulatedGpioChip>? prepare = null, [CallerMemberName] string name = "")
    {
        Applies(name);
        return new GpioBench(options, lineCount, prepare, CreateLines);
    }

    private void Applies([CallerMemberName] string name = "")
    {
        if (Inapplicable.TryGetValue(name, out string? reason))
        {
            throw new SkipException(reason);
        }
    }

    [Case]
    public void Edges_ComeAtTheTimesOfTheScript_InOrder_WithTheirNumbers()
    {
        using GpioBench bench = Bench([s_input, GpioLine.Input(2) with { Edges = GpioEdges.Both }]);
        bench.Chip.At(GpioBench.Ms(30), 2, true);
        bench.Chip.At(GpioBench.Ms(10.5), 4, true);
        bench.Chip.At(GpioBench.Ms(30), 4, false);
        bench.Chip.At(GpioBench.Ms(20), 4, true); // no change, no edge
        bench.Run(100);
        Check.Sequence(["connected 0", "4+ 10.5", "2+ 30", "4- 30"], bench.Trace);
        Check.Sequence([1u, 2u, 3u], bench.Edges.Select(static e => e.Sequence));
        Check.Sequence([1u, 1u, 2u], bench.Edges.Select(static e => e.LineSequence));
        Check.Sequence([0, 1, 0], bench.Edges.Select(static e => e.Index));
        Check.Sequence([10_500_000L, 30_000_000L, 30_000_000L], bench.Edges.Select(static e => e.KernelTimeNs));
        Check.Equal(0, bench.Chip.Pending);
    }

    [Case]
    public void OnlyTheEdgesThatAreAskedFor_AreEvents()
    {
        using GpioBench bench = Bench([GpioLine.Input(0) with { Edges = GpioEdges.Rising }, GpioLine.Input(1) with { Edges = GpioEdges.Falling }, GpioLine.Input(2)]);
        for (int line = 0; line < 3; line++)
        {
            bench.Chip.At(GpioBench.Ms(1), line, true);
            bench.Chip.At(GpioBench.Ms(2), line, false);
        }

        bench.Run(10);
        Check.Sequence(["connected 0", "0+ 1", "1- 2"], bench.Trace);
    }

    [Case]
    public void Bias_DecidesWhileNobodyDrives()
    {
        using GpioBench bench = Bench([GpioLine.Input(0) with { Bias = GpioBias.PullUp, Edges = GpioEdges.Both }, GpioLine.Input(1) with { Bias = GpioBias.PullDown }]);
        bench.Run(1);
        Check.Equal(0b01UL, bench.Lines.ReadAll());
        bench.Chip.Drive(0, false);
        bench.Chip.Drive(1, true);
        Check.Equal(0b10UL, bench.Lines.ReadAll());
        bench.Chip.Release(0);
        bench.Chip.Release(1);
        Check.Equal(0b01UL, bench.Lines.ReadAll());
        bench.Run(1);
        Check.Sequence(["connected 1", "0- 1", "0+ 1"], bench.Trace);
    }

    [Case]
    public void ActiveLow_TurnsLevelsAndEdgesRound()
    {
        using GpioBench bench = Bench([s_input with { ActiveLow = true }, GpioLine.Output(5) with { ActiveLow = true, Initial = true }]);
        Check.True(bench.Lines.Read(4), "low voltage is active");
        Check.False(bench.Chip.Level(5), "active is the low voltage");
        bench.Chip.At(GpioBench.Ms(1), 4, true);
        bench.Chip.At(GpioBench.Ms(2), 4, false);
        bench.Run(5);
        Check.Sequence(["connected 11", "4- 1", "4+ 2"], bench.Trace);
        bench.Lines.Write(5, false);
        Check.True(bench.Chip.Level(5));
        Check.False(bench.Lines.Read(5));
    }

    [Case]
    public void Debounce_TellsTheLevelThatLasts_AtItsTime()
    {
        using GpioBench bench = Bench([s_input with { Debounce = GpioBench.Ms(5), Bias = GpioBias.PullUp }]);
        bench.Chip.Press(GpioBench.Ms(100), 4, GpioBench.Ms(50), bounces: 3, bounceTime: GpioBench.Ms(1));
        bool whileItBounces = false;
        bench.Loop.CallAt(GpioBench.Ms(103), () => whileItBounces = bench.Lines.Read(4));
        bench.Run(300);
        Check.Sequence(["connected 1", "4- 111", "4+ 161"], bench.Trace, "100 and 150, 6 ms of bouncing, 5 ms of rest");
        Check.True(whileItBounces, "a level that does not last does not count");
    }

    [Case]
    public void Press_WithoutDebounce_Bounces()
    {
        using GpioBench bench = Bench([s_input with { Bias = GpioBias.PullUp }]);
        bench.Chip.Press(GpioBench.Ms(10), 4, GpioBench.Ms(20), bounces: 1, bounceTime: GpioBench.Ms(1));
        bench.Run(100);
        Check.Sequence(["connected 1", "4- 10", "4+ 11", "4- 12", "4+ 30", "4- 31", "4+ 32"], bench.Trace);
    }

    [Case]
    public void Bulk_SetsOnlyWhatTheMaskNames()
    {
        using GpioBench bench = Bench([.. Enumerable.Range(0, 8).Select(static line => GpioLine.Output(line))]);
        bench.Lines.WriteMany(0b1010_1010, 0b1111_1111);
        Check.Equal(0b1010_1010UL, bench.Lines.ReadAll());
        bench.Lines.WriteMany(0b1000_0001, 0b0000_0001);
        Check.Equal(0b0010_1011UL, bench.Lines.ReadAll());
        bench.Lines.WriteMany(0, ulong.MaxValue);
        Check.Equal(0b0010_1011UL, bench.Lines.ReadAll());
        Check.Contains("no line", Check.Throws<ArgumentException>(() => bench.Lines.WriteMany(1UL << 8, 0)).Message);
    }

    [Case]
    public void SixtyFourLines_AreOneRequest()
    {
        using GpioBench bench = Bench(new GpioOptions { Lines = [.. Enumerable.Range(0, 64).Select(static line => GpioLine.Output(line))] }, lineCount: 64);
        bench.Lines.WriteMany(ulong.MaxValue, 0x8000_0000_0000_0001);
        Check.Equal(0x8000_0000_0000_0001, bench.Lines.ReadAll());
        Check.True(bench.Lines.Read(63) && bench.Chip.Level(63));
    }

    [Case]
    public void Outputs_AreReadBack_AsTheyAre()
    {
        using GpioBench bench = Bench([GpioLine.Output(0), GpioLine.Output(1) with { Drive = GpioDrive.OpenDrain, Bias = GpioBias.PullUp, Initial = true }]);
        var changes = new List<string>();
        bench.Chip.OutputChanged += (line, level, when) => changes.Add($"{line} {level} {when.TotalMilliseconds}");
        bench.Chip.Drive(0, true);
        Check.False(bench.Lines.Read(0), "the chip drives it");
        bench.Chip.Drive(1, false);
        Check.False(bench.Lines.Read(1), "another one pulls the open drain down");
        bench.Chip.Release(1);
        bench.Loop.CallAt(GpioBench.Ms(5), () => bench.Lines.WriteMany(0b11, 0b01));
        bench.Run(10);
        Check.Sequence(["1 False 0", "1 True 0", "0 True 5", "1 False 5"], changes);
    }

    [Case]
    public void Input_CannotBeWritten()
    {
        using GpioBench bench = Bench([s_input, GpioLine.Output(5)]);
        Check.Contains("line 4 is an input", Check.Throws<ArgumentException>(() => bench.Lines.Write(4, true)).Message);
        Check.Contains("has 4, 5", Check.Throws<ArgumentException>(() => bench.Lines.Write(6, true)).Message);
        Check.Contains("has 4, 5", Check.Throws<ArgumentException>(() => bench.Lines.Read(6)).Message);
    }

    [Case]
    public void Names_AreLookedUp()
    {
        using GpioBench bench = Bench(new GpioOptions { Lines = [GpioLine.Input("BUTTON"), GpioLine.Output("LED")] }, prepare: static chip =>
        {
            chip.SetName(3, "LED");
            chip.SetName(6, "BUTTON");
        });
        Check.Equal(6, bench.Lines.OffsetOf("BUTTON"));
        Check.Equal(3, bench.Lines.OffsetOf("LED"));
        Check.Equal(3, bench.Chip.FindLine("LED"));
        bench.Lines.Write(3, true);
        Check.True(bench.Chip.Level(3));
        GpioLineInfo info = bench.Chip.Line(3);
        Check.Equal(("LED", "mainspring", true, GpioDirection.Output), (info.Name, info.Consumer, info.IsUsed, info.Direction));
        Check.Throws<ArgumentException>(() => bench.Lines.OffsetOf("OTHER"));
    }

    [Case]
    public void WrongLine_SaysWhatThereIs()
    {
        Applies();
        using MainLoop loop = Loops.New();
        var chip = new SimulatedGpioChip(8, "chip");
        Check.Equal("chip: there is no line 8; it has 8 lines, 0 to 7.", Refusal(GpioLine.Input(8)));
        Check.Equal("chip: there is no line named 'LED'; its 8 lines have no names: give the number.", Refusal(GpioLine.Output("LED")));
        chip.SetName(1, "A");
        chip.SetName(2, "B");
        Check.Equal("chip: there is no line named 'LED'; it has 'A', 'B'.", Refusal(GpioLine.Output("LED")));
        Check.Contains("line 1 and line 'A' are the same", Check.Throws<ArgumentException>(() => loop.Add(CreateLines(chip, loop, new GpioOptions { Lines = [GpioLine.Input("A"), GpioLine.Input(1)] }))).Message);
        Check.Equal(0, loop.Counters.Sources);
        Check.Equal("", chip.Line(1).Consumer, "nothing was taken");

        var wide = new SimulatedGpioChip(40, "wide");
        for (int i = 0; i < 40; i++)
        {
            wide.SetName(i, $"L{i}");
        }

        chip = wide;
        Check.Contains("'L15' and 24 more.", Refusal(GpioLine.Output("LED")));

        string Refusal(GpioLine line) => Check.Throws<IOException>(() => loop.Add(CreateLines(chip, loop, new GpioOptions { Lines = [line] }))).Message;
    }

    [Case]
    public void BusyLine_NamesItsHolder_AndIsTakenWhenItIsFree()
    {
        Applies();
        using MainLoop loop = new(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
        var chip = new SimulatedGpioChip(8, "chip");
        chip.SetName(4, "BUTTON");
        chip.Hold(4, "gpiomon");
        IGpioLines lines = CreateLines(chip, loop, new GpioOptions { Lines = [GpioLine.Input(3), s_input] });
        Check.Contains("chip line 4 ('BUTTON'): in use by 'gpiomon'; end that program", Check.Throws<IOException>(() => loop.Add(lines)).Message);
        SourceHandle source = loop.Add(lines, RetryPolicy.Default with { RetryFirstAttach = true });
        loop.CallAt(GpioBench.Ms(150), () => chip.EndHold(4));
        loop.Run(new RunOptions { For = GpioBench.Ms(500) });
        Check.Equal(SourceState.Attached, source.State);
        Check.Contains("in use by 'mainspring'", Check.Throws<IOException>(() => loop.Add(CreateLines(chip, loop, new GpioOptions { Lines = [s_input] }))).Message);
        source.Remove();
        Check.False(chip.Line(4).IsUsed);
    }

    [Case]
    public void FullBuffer_LosesTheOldest_AndSaysHowManyAndTheLevels()
    {
        using GpioBench bench = Bench(new GpioOptions { Lines = [s_input, GpioLine.Input(5) with { Bias = GpioBias.PullUp }], EventBufferSize = 16 });
        bench.Run(1);
        for (int i = 1; i <= 101; i++)
        {
            bench.Chip.Drive(4, i % 2 == 1);
        }

        bench.Run(1);
        Check.Sequence(["connected 10", "85 lost", "lost 85 11"], bench.Trace.Take(3));
        Check.Equal(16, bench.Edges.Count);
        Check.Sequence(Enumerable.Range(86, 16).Select(static i => (uint)i), bench.Edges.Select(static e => e.Sequence));
        Check.Equal(85L, bench.Source.Counters.Lost);
        bench.Chip.Drive(4, false);
        bench.Run(100);
        Check.Equal("4- 2", bench.Trace[^1]);
        Check.Equal(85L, bench.Source.Counters.Lost);
    }

    [Case]
    public void SafeLevels_AreSet_WhenTheSourceLeaves_AndOnlyThose()
    {
        using GpioBench bench = Bench(
            [GpioLine.Output(0) with { Safe = false }, GpioLine.Output(1) with { Safe = true, ActiveLow = true }, GpioLine.Output(2)]);
        bench.Lines.WriteMany(0b111, 0b101);
        Check.Equal((true, true, true), (bench.Chip.Level(0), bench.Chip.Level(1), bench.Chip.Level(2)));
        bench.Source.Remove();
        Check.Equal((false, false, true), (bench.Chip.Level(0), bench.Chip.Level(1), bench.Chip.Level(2)));
        Check.False(bench.Lines.IsOpen);
        Check.Contains("not requested", Check.Throws<IOException>(() => bench.Lines.Write(0, true)).Message);
    }

    [Case]
    public void SafeLevels_AreSet_WhenTheLoopIsDisposed_AfterAnErrorThatStopsIt()
    {
        Applies();
        var chip = new SimulatedGpioChip();
        var loop = new MainLoop(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog(), ErrorPolicy = ErrorPolicy.Stop });
        IGpioLines lines = CreateLines(chip, loop, new GpioOptions { Lines = [GpioLine.Output(0) with { Safe = false }] });
        loop.Add(lines);
        loop.CallLater(GpioBench.Ms(1), () =>
        {
            lines.Write(0, true);
            throw new InvalidOperationException("the program's own problem");
        });
        Check.Throws<InvalidOperationException>(loop.Run);
        Check.True(chip.Level(0), "Run has thrown, and the program may go on");
        loop.Dispose();
        Check.False(chip.Level(0));
    }

    [Case]
    public void Reconfigure_ChangesOneLine_AndLeavesTheOthers()
    {
        using GpioBench bench = Bench([s_input, GpioLine.Output(5)]);
        var changes = new List<int>();
        bench.Lines.Write(5, true);
        bench.Chip.OutputChanged += (line, _, _) => changes.Add(line);
        bench.Lines.Reconfigure(GpioLine.Output(4) with { Initial = true, Safe = false });
        Check.True(bench.Chip.Level(4));
        Check.Equal(0b11UL, bench.Lines.ReadAll());
        bench.Lines.Write(4, false);
        bench.Lines.Reconfigure(s_input with { Bias = GpioBias.PullUp });
        Check.Sequence([4, 4], changes, "the other output has no glitch");
        bench.Chip.At(GpioBench.Ms(1), 4, false);
        bench.Run(10);
        Check.Equal("4- 1", bench.Trace[^1]);
        Check.Equal(GpioBias.PullUp, bench.Lines.Options.Lines[0].Bias);
        Check.Contains("line 6 is not one of this request", Check.Throws<ArgumentException>(() => bench.Lines.Reconfigure(GpioLine.Input(6))).Message);
    }

    [Case]
    public void Removal_IsOneEvent_AndTheLinesComeBackWithTheChip()
    {
        using GpioBench bench = Bench(new GpioOptions { Lines = [s_input, GpioLine.Output(5) with { Initial = true }] });
        bench.Loop.CallAt(GpioBench.Ms(10), bench.Chip.Remove);
        bench.Chip.At(GpioBench.Ms(20), 4, true); // nobody hears it
        bench.Loop.CallAt(GpioBench.Ms(50), () => Check.Throws<IOException>(() => bench.Lines.Write(5, false)));
        bench.Loop.CallAt(GpioBench.Ms(250), bench.Chip.Restore);
        bench.Chip.At(GpioBench.Ms(400), 4, false);
        bench.Run(450);
        Check.Sequence(["connected 10", "disconnected: the chip was removed", "connected 11", "4- 400"], bench.Trace, "attempts after 110, then 310 ms");
        Check.Equal(2L, bench.Source.Counters.Attaches);
        Check.Equal(1u, bench.Edges[^1].Sequence, "a new request counts anew");
        Check.Equal(0L, bench.Source.Counters.Lost);
    }

    [Case]
    public void Written_AfterTheChipHasGone_Throws_WithWhatToDo()
    {
        using GpioBench bench = Bench([GpioLine.Output(0)]);
        bench.Run(1);
        bench.Chip.Remove();
        Check.Contains("the chip is gone; wait for GpioConnected", Check.Throws<IOException>(() => bench.Lines.Write(0, true)).Message);
        bench.Run(1);
        Check.Equal("disconnected: the chip was removed", bench.Trace[^1]);
    }

    [Case]
    public void TwoSources_OfOneChip_EachHearTheirLines()
    {
        using GpioBench bench = Bench([s_input]);
        var other = new List<string>();
        bench.Loop.Add(CreateLines(bench.Chip, bench.Loop, new GpioOptions { Lines = [GpioLine.Input(1) with { Edges = GpioEdges.Both }] }))
            .On((in GpioEdge e, in EventInfo _) => other.Add($"{e.Line} {e.Time.TotalMilliseconds}"))
            .Unref();
        bench.Chip.At(GpioBench.Ms(1), 1, true);
        bench.Chip.At(GpioBench.Ms(2), 4, true);
        bench.Chip.At(GpioBench.Ms(3), 1, false);
        bench.Run(10);
        Check.Sequence(["1 1", "1 3"], other);
        Check.Sequence(["connected 0", "4+ 2"], bench.Trace);
    }
}
