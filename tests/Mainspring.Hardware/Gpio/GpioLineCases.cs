using System.Diagnostics;
using System.Runtime.InteropServices;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Gpio;

/// <summary>What lines of a chip of the kernel do, and what they refuse.</summary>
public sealed partial class GpioLineCases
{
    private static readonly GpioLine s_input = GpioLine.Input(4) with { Edges = GpioEdges.Both };

    [Case]
    public void Chips_AreFound_ByPathNameAndLabel_AndShowTheirLines()
    {
        using var sim = new GpioSim(8, "a label", ["ZERO", "", "BUTTON"]);
        foreach (string chip in new[] { sim.Path, sim.Chip, "a label" })
        {
            using var opened = LinuxGpioChip.Open(chip);
            Check.Equal(new GpioChipInfo(sim.Path, sim.Chip, "a label", 8), opened.Info);
            Check.Equal(2, opened.FindLine("BUTTON"));
            Check.Equal(new GpioLineInfo(2, "BUTTON", "", false, GpioDirection.Input, GpioEdges.None, GpioBias.AsIs, GpioDrive.PushPull, false, default, GpioEventClock.Monotonic), opened.Line(2));
        }

        Check.True(LinuxGpioChip.List().Any(chip => chip.Path == sim.Path && chip.Label == "a label" && chip.Problem is null));
        Check.Contains($"{sim.Path} ('a label', 8 lines)", Check.Throws<IOException>(() => LinuxGpioChip.Open("another label")).Message);
        Check.Contains("/dev/gpiochip77: there is no such chip; there are", Check.Throws<IOException>(() => LinuxGpioChip.Open("/dev/gpiochip77")).Message);
        Check.Contains("/dev/null: is not a GPIO chip", Check.Throws<IOException>(() => LinuxGpioChip.Open("/dev/null")).Message);
    }

    [Case]
    public void Settings_AreThoseThatTheKernelShows()
    {
        using var bench = new GpioBench(new GpioOptions
        {
            Consumer = "a consumer whose name is longer than the kernel keeps",
            EventClock = GpioEventClock.Realtime,
            Lines =
            [
                GpioLine.Input(0) with { Edges = GpioEdges.Falling, Bias = GpioBias.PullUp, Debounce = TimeSpan.FromMilliseconds(5), ActiveLow = true },
                GpioLine.Input(1) with { Edges = GpioEdges.Rising, Bias = GpioBias.PullDown },
                GpioLine.Output(2) with { Drive = GpioDrive.OpenDrain, Initial = true },
                GpioLine.Output(3) with { Drive = GpioDrive.OpenSource, ActiveLow = true },
                GpioLine.Input(5) with { Bias = GpioBias.Disabled, Debounce = TimeSpan.FromMilliseconds(7) },
            ],
        });
        using var chip = LinuxGpioChip.Open("bench");
        GpioLineInfo info = new(0, "", "a consumer whose name is longer", true, GpioDirection.Input, GpioEdges.Falling, GpioBias.PullUp, GpioDrive.PushPull, true, TimeSpan.FromMilliseconds(5), GpioEventClock.Realtime);
        Check.Equal(info, chip.Line(0));
        Check.Equal(info with { Offset = 1, Edges = GpioEdges.Rising, Bias = GpioBias.PullDown, IsActiveLow = false, Debounce = default }, chip.Line(1));
        info = info with { Direction = GpioDirection.Output, Edges = GpioEdges.None, Bias = GpioBias.AsIs, IsActiveLow = false, Debounce = default, EventClock = GpioEventClock.Monotonic };
        Check.Equal(info with { Offset = 2, Drive = GpioDrive.OpenDrain }, chip.Line(2));
        Check.Equal(info with { Offset = 3, Drive = GpioDrive.OpenSource, IsActiveLow = true }, chip.Line(3));
        Check.Equal(info with { Offset = 5, Direction = GpioDirection.Input, Bias = GpioBias.Disabled, Debounce = TimeSpan.FromMilliseconds(7) }, chip.Line(5));
        Check.False(chip.Line(4).IsUsed);
        string shown = Tool("gpioinfo", "bench").Output;
        Check.Contains("a consumer whose name is longer", shown);
    }

    [Case]
    public void Bias_ActiveLow_AndEdges_AreTheKernels()
    {
        using var bench = new GpioBench(
            GpioLine.Input(0) with { Bias = GpioBias.PullUp, Edges = GpioEdges.Both }, GpioLine.Input(1) with { Bias = GpioBias.PullDown },
            GpioLine.Input(2) with { ActiveLow = true, Edges = GpioEdges.Rising });
        Check.Equal("connected 101", bench.Trace[0]);
        Check.True(bench.Lines.Read(0) && !bench.Lines.Read(1) && bench.Lines.Read(2));
        bench.Sim.Drive(0, false);
        bench.Until(() => bench.Edges.Count == 1);
        bench.Sim.Drive(2, true); // inactive: not asked for
        bench.Sim.Drive(2, false);
        bench.Until(() => bench.Edges.Count == 2);
        bench.Sim.Drive(0, true);
        bench.Until(() => bench.Edges.Count == 3);
        Check.Sequence(["connected 101", "0-", "2+", "0+"], bench.Trace);
    }

    [Case]
    public void Debounce_OfTheKernel_TellsTheLevelThatLasts()
    {
        using var bench = new GpioBench(s_input with { Debounce = TimeSpan.FromMilliseconds(400) });
        TimeSpan before = bench.Loop.Now;
        for (int i = 0; i < 7; i++)
        {
            bench.Sim.Drive(4, i % 2 == 0);
        }

        Check.False(bench.Lines.Read(4), "it has not lasted yet");
        bench.Until(() => bench.Edges.Count == 1);
        Check.True(bench.Edges[0].Time - before >= TimeSpan.FromMilliseconds(390), $"{bench.Edges[0].Time - before}");
        Check.True(bench.Lines.Read(4));
        Check.Sequence(["connected 0", "4+"], bench.Trace);
    }

    [Case]
    public void Bulk_SetsAndReads_AllLinesOfARequest()
    {
        using var bench = new GpioBench(new GpioOptions { Lines = [.. Enumerable.Range(0, 64).Select(static line => GpioLine.Output(63 - line))] }, lines: 64);
        foreach (ulong values in (ulong[])[0UL, ulong.MaxValue, 0x8000_0000_0000_0001, 0x0123_4567_89AB_CDEF])
        {
            bench.Lines.WriteMany(ulong.MaxValue, values);
            Check.Equal(values, bench.Lines.ReadAll());
            for (int line = 0; line < 64; line += 9)
            {
                Check.Equal((values >> (63 - line) & 1) != 0, bench.Sim.Level(line));
            }
        }

        bench.Lines.WriteMany(0xFF, 0);
        Check.Equal(0x0123_4567_89AB_CD00UL, bench.Lines.ReadAll());
        bench.Lines.Write(63, true);
        Check.Equal(0x0123_4567_89AB_CD01UL, bench.Lines.ReadAll());
        Check.True(bench.Sim.Level(63));
    }

    [Case]
    public void Reconfigured_LinesChange_AndTheOthersStay()
    {
        using var bench = new GpioBench(GpioLine.Output(0), s_input, GpioLine.Output(5));
        bench.Lines.Write(5, true);
        bench.Lines.Reconfigure(GpioLine.Input(0) with { Edges = GpioEdges.Both });
        Check.True(bench.Sim.Level(5), "the output keeps its level");
        Check.True(bench.Lines.Read(5));
        bench.Sim.Drive(0, true);
        bench.Until(() => bench.Edges.Count == 1);
        bench.Sim.Drive(4, true);
        bench.Until(() => bench.Edges.Count == 2);
        Check.Sequence(["0+", "4+"], bench.Trace.Skip(1));
        bench.Lines.Reconfigure(GpioLine.Output(4) with { Initial = false });
        Check.False(bench.Lines.Read(4), "it was high as an input");
        Check.Contains("line 0 is an input", Check.Throws<ArgumentException>(() => bench.Lines.Write(0, true)).Message);
        Check.Equal(0L, bench.Lost);
    }

    [Case]
    public void BusyLine_NamesTheProgramThatHoldsIt()
    {
        using var sim = new GpioSim(8, "busy", ["", "", "", "", "BUTTON"], hog: 6);
        using MainLoop loop = Loops.New();
        using Process other = Process.Start(new ProcessStartInfo("gpiomon", ["busy", "4"]) { RedirectStandardOutput = true })!;
        try
        {
            using var chip = LinuxGpioChip.Open("busy");
            Check.True(SpinWait.SpinUntil(() => chip.Line(4).IsUsed, TimeSpan.FromSeconds(20)), "gpiomon has the line");
            Check.Contains($"{sim.Path} line 4 ('BUTTON'): in use by 'gpiomon'; end that program", Refusal(s_input));
            Check.Contains($"{sim.Path} line 6: in use by 'the-board'", Refusal(GpioLine.Input(6)));
        }
        finally
        {
            other.Kill();
            other.WaitForExit();
        }

        loop.Add(new LinuxGpioLines("busy", new GpioOptions { Lines = [s_input] }));

        string Refusal(GpioLine line) => Check.Throws<IOException>(() => loop.Add(new LinuxGpioLines("busy", new GpioOptions { Lines = [GpioLine.Input(1), line] }))).Message;
    }

    [Case]
    public void WrongLine_SaysWhatTheChipHas()
    {
        using var sim = new GpioSim(8, "wrong", ["ONE", "TWO"]);
        using MainLoop loop = Loops.New();
        Check.Equal($"{sim.Path}: there is no line 8; it has 8 lines, 0 to 7.", Refusal(GpioLine.Input(8)));
        Check.Equal($"{sim.Path}: there is no line named 'THREE'; it has 'ONE', 'TWO'.", Refusal(GpioLine.Output("THREE")));
        Check.Equal(0, loop.Counters.Sources);

        string Refusal(GpioLine line) => Check.Throws<IOException>(() => loop.Add(new LinuxGpioLines("wrong", new GpioOptions { Lines = [line] }))).Message;
    }

    [Case]
    public void WithoutPermission_TheGroupIsNamed()
    {
        using var sim = new GpioSim(2, "secret");
        using MainLoop loop = Loops.New();
        var lines = new LinuxGpioLines(sim.Path, new GpioOptions { Lines = [GpioLine.Input(0)] });
        _ = SetFileUser(1000); // of this thread only, which has no rights of the superuser over files then
        try
        {
            Check.Contains("permission denied; add the user to the group 'gpio'", Check.Throws<IOException>(() => loop.Add(lines)).Message);
            GpioChipInfo listed = LinuxGpioChip.List().Single(chip => chip.Path == sim.Path);
            Check.Contains("permission denied", listed.Problem);
        }
        finally
        {
            _ = SetFileUser(0);
        }

        loop.Add(lines);
    }

    [Case]
    public void HardwareClock_ThatTheKernelLacks_IsExplained()
    {
        using var sim = new GpioSim(2, "hte");
        using MainLoop loop = Loops.New();
        var lines = new LinuxGpioLines("hte", new GpioOptions { EventClock = GpioEventClock.Hardware, Lines = [GpioLine.Input(0) with { Edges = GpioEdges.Both }] });
        Check.Contains("no hardware timestamps", Check.Throws<IOException>(() => loop.Add(lines)).Message);
    }

    /// <summary>Runs a program to its end.</summary>
    internal static (int Exit, string Output) Tool(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileUser(uint user);
}
