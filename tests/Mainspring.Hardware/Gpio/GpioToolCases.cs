using System.Globalization;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Hardware.Guest;

namespace Mainspring.Hardware.Gpio;

/// <summary>libgpiod's tools and the loop see the same chip.</summary>
public sealed class GpioToolCases
{
    private static readonly GpioLine s_input = GpioLine.Input(0) with { Edges = GpioEdges.Both };

    [Case]
    public void Gpiomon_AndTheLoop_SeeTheSameEdges()
    {
        const int Edges = 12;
        using var bench = new GpioBench(s_input);
        using Tool monitor = Tool.Start(
            "gpiomon", "--line-buffered", "--num-events", Edges.ToString(CultureInfo.InvariantCulture), "--format", "%e", bench.Sim.Chip, "1");
        Patience.Until(() => monitor.HasOpen("gpio-event"), "gpiomon holds the line");
        for (int i = 0; i < Edges; i++)
        {
            bench.Sim.Drive(0, i % 2 == 0);
            bench.Sim.Drive(1, i % 2 == 0);
            bench.Until(() => bench.Edges.Count > i && monitor.Lines.Count > i); // two at once are one for the kernel
        }

        Check.Equal(0, monitor.Finish());
        Check.Sequence(bench.Edges.Select(static edge => edge.IsRising ? "1" : "0"), monitor.Lines);
        Check.Equal(0L, bench.Lost);
    }

    [Case]
    public void Gpioget_ReadsWhatTheLoopReads()
    {
        using var sim = new GpioSim(3);
        foreach (bool activeLow in new[] { false, true })
        {
            for (int levels = 0; levels < 8; levels++)
            {
                for (int line = 0; line < 3; line++)
                {
                    sim.Drive(line, (levels >> line & 1) != 0);
                }

                ulong read;
                using (var loop = Loops.New())
                {
                    var lines = new LinuxGpioLines(sim.Path, new GpioOptions { Lines = [.. Enumerable.Range(0, 3).Select(i => GpioLine.Input(i) with { ActiveLow = activeLow })] });
                    loop.Add(lines);
                    read = lines.ReadAll();
                }

                string[] options = activeLow ? ["--active-low"] : [];
                string said = Tool.Run("gpioget", [.. options, sim.Chip, "0", "1", "2"]);
                Check.Equal(said, $"{read & 1} {read >> 1 & 1} {read >> 2 & 1}", $"levels {levels}, active low: {activeLow}");
            }
        }
    }

    [Case]
    public void Gpioset_AndTheLoop_SetTheSameLevels()
    {
        using var sim = new GpioSim(1);
        foreach (bool level in new[] { true, false })
        {
            using (Tool setter = Tool.Start("gpioset", "--mode=signal", sim.Chip, level ? "0=1" : "0=0"))
            {
                Patience.Until(() => setter.HasOpen("gpio-line"), "gpioset holds the line");
                Check.Equal(level, sim.Level(0));
            }

            using var loop = Loops.New();
            var lines = new LinuxGpioLines(sim.Path, new GpioOptions { Lines = [GpioLine.Output(0) with { Initial = !level }] });
            loop.Add(lines);
            Check.Equal(!level, sim.Level(0));
            lines.Write(0, level);
            Check.Equal(level, sim.Level(0));
        }
    }

    [Case]
    public void Line_OfGpioset_IsBusy_AndItsHolderIsNamed()
    {
        using var sim = new GpioSim(2);
        using Tool setter = Tool.Start("gpioset", "--mode=signal", sim.Chip, "1=1");
        Patience.Until(() => setter.HasOpen("gpio-line"), "gpioset holds the line");
        using var loop = Loops.New();
        var lines = new LinuxGpioLines(sim.Path, new GpioOptions { Lines = [GpioLine.Input(1)] });
        string message = Check.Throws<IOException>(() => loop.Add(lines, RetryPolicy.Never)).Message;
        Check.Contains("'gpioset'", message);
        Check.Contains("line 1", message);
    }

    [Case]
    public void Gpioinfo_ShowsTheLoopsLines()
    {
        using var bench = new GpioBench(new GpioOptions
        {
            Consumer = "the loop",
            Lines =
            [
                GpioLine.Input(0) with { ActiveLow = true, Bias = GpioBias.PullUp },
                GpioLine.Output(1) with { Drive = GpioDrive.OpenDrain },
            ],
        });
        string[] said = Tool.Run("gpioinfo", bench.Sim.Chip).Split('\n');
        foreach (string part in new[] { "\"the loop\"", "input", "active-low", "pull-up", "used" })
        {
            Check.Contains(part, said[1]);
        }

        foreach (string part in new[] { "\"the loop\"", "output", "active-high", "open-drain", "used" })
        {
            Check.Contains(part, said[2]);
        }

        Check.Contains("unused", said[3]);
    }
}
