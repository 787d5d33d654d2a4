using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Gpio;

/// <summary>Who uses the lines of a chip, as others see it.</summary>
public sealed class GpioWatchCases
{
    [Case]
    public void Watch_TellsOfRequestsChangesAndReleases()
    {
        using var sim = new GpioSim(8, "watched", ["ZERO"]);
        using MainLoop loop = Loops.New();
        var trace = new List<string>();
        var watch = new LinuxGpioWatch("watched", [0, 3]);
        Listen(loop.Add(watch), trace);
        var lines = new LinuxGpioLines("watched", new GpioOptions { Consumer = "me", Lines = [GpioLine.Input(0), GpioLine.Input(1), GpioLine.Output(3)] });
        TimeSpan before = loop.Now;
        SourceHandle source = loop.Add(lines);
        lines.Reconfigure(GpioLine.Input(0) with { Bias = GpioBias.PullUp });
        Pump.Until(loop, () => trace.Count >= 5);
        source.Remove();
        Pump.Until(loop, () => trace.Count >= 7);
        Check.Sequence(
            [
                "connected", "Requested 0 ZERO me Input AsIs True", "Requested 3  me Output AsIs True", "Reconfigured 0 ZERO me Input PullUp True",
                "Reconfigured 3  me Output AsIs True", "Released 0 ZERO  Input AsIs False", "Released 3   Output AsIs False",
            ],
            trace.Select(static one => one.Replace("PullUp False", "AsIs False", StringComparison.Ordinal)));
        Check.Equal("ZERO", watch.Lines[0].Name);
        Check.False(watch.Lines[3].IsUsed);
    }

    [Case]
    public void Watch_ThatWasTooSlow_AsksAnew_AndSaysSo()
    {
        using var sim = new GpioSim(64, "slow");
        using MainLoop loop = Loops.New();
        var trace = new List<string>();
        var watch = new LinuxGpioWatch("slow");
        SourceHandle handle = loop.Add(watch);
        Listen(handle, trace);
        Pump.Until(loop, () => trace.Count == 1);
        loop.Add(new LinuxGpioLines("slow", new GpioOptions { Consumer = "all", Lines = [.. Enumerable.Range(0, 64).Select(static line => GpioLine.Input(line))] }));
        Pump.Until(loop, () => trace.Count >= 65);
        Check.Equal(65, trace.Count);
        Check.Equal(1L, handle.Counters.Lost);
        for (int line = 0; line < 64; line++)
        {
            Check.Equal($"Requested {line}  all Input AsIs True", trace[line + 1]);
        }
    }

    [Case]
    public void Watch_SeesTheChipGo_AndReturn()
    {
        using var sim = new GpioSim(2, "going");
        using MainLoop loop = Loops.New();
        var trace = new List<string>();
        Listen(loop.Add(new LinuxGpioWatch("going"), new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(2), Factor = 1 }), trace);
        Pump.Until(loop, () => trace.Count == 1);
        sim.Remove();
        Pump.Until(loop, () => trace.Count == 2);
        sim.Restore();
        Pump.Until(loop, () => trace.Count == 3);
        Check.Sequence(["connected", "disconnected", "connected"], trace);
    }

    [Case]
    public void Watch_OfALineThatIsNotThere_SaysSo()
    {
        using var sim = new GpioSim(2, "few");
        using MainLoop loop = Loops.New();
        Check.Contains("there is no line 2; it has 2 lines", Check.Throws<IOException>(() => loop.Add(new LinuxGpioWatch("few", [2]))).Message);
        Check.Equal(0, loop.Counters.Sources);
    }

    private static void Listen(SourceHandle source, List<string> trace) => source
        .On((in GpioConnected _, in EventInfo _) => trace.Add("connected"))
        .On((in GpioLineChanged e, in EventInfo info) =>
        {
            trace.Add($"{e.Change} {e.Line.Offset} {e.Line.Name} {e.Line.Consumer} {e.Line.Direction} {e.Line.Bias} {e.Line.IsUsed}");
            Check.True(e.Time <= info.Time + TimeSpan.FromSeconds(1) && e.Time >= TimeSpan.Zero, "the loop's time");
        })
        .On((in GpioDisconnected _, in EventInfo _) => trace.Add("disconnected"));
}
