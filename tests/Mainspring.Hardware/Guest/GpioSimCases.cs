using System.Globalization;
using Mainspring.Contracts;

namespace Mainspring.Hardware.Guest;

/// <summary>The simulator and libgpiod's tools agree, before any of our code comes in.</summary>
public sealed class GpioSimCases
{
    [Case]
    public void Chip_IsWhatGpioinfoSees()
    {
        using GpioSim chip = new(4, "bench", "in", "", "out");
        chip.Hog(3, "kernel", "output-high");
        chip.GoLive();
        string said = Tool.Run("gpioinfo", chip.Name);
        Check.Contains("4 lines", said);
        Check.Contains("\"in\"", said);
        Check.Contains("\"kernel\"", said);
        Check.Contains("[bench] (4 lines)", Tool.Run("gpiodetect"));
        Check.True(chip.Level(3));
    }

    [Case]
    public void Pull_IsTheLevelThatGpiogetReads()
    {
        using GpioSim chip = GpioSim.Start(2);
        chip.Pull(1, true);
        Check.Equal("0 1", Tool.Run("gpioget", chip.Name, "0", "1"));
        chip.Pull(1, false);
        Check.Equal("0 0", Tool.Run("gpioget", chip.Name, "0", "1"));
    }

    [Case]
    public void Chip_GoesAndComesBack()
    {
        using GpioSim chip = GpioSim.Start(2);
        for (int i = 0; i < 5; i++)
        {
            Check.True(File.Exists(chip.Path));
            chip.Unplug();
            Check.False(File.Exists(chip.Path));
            chip.GoLive();
        }
    }

    [Case]
    public void Gpiomon_SeesEveryEdge()
    {
        const int Edges = 12;
        using GpioSim chip = GpioSim.Start(1);
        using Tool monitor = Tool.Start(
            "gpiomon", "--line-buffered", "--num-events", Edges.ToString(CultureInfo.InvariantCulture), "--format", "%e", chip.Name, "0");
        Patience.Until(() => monitor.HasOpen("gpio-event"), "gpiomon holds the line");
        for (int i = 0; i < Edges; i++)
        {
            chip.Pull(0, i % 2 == 0);
            Patience.Until(() => monitor.Lines.Count > i, "gpiomon tells of the edge"); // two at once are one for the kernel
        }

        Check.Equal(0, monitor.Finish());
        Check.Sequence(Enumerable.Range(0, Edges).Select(static i => i % 2 == 0 ? "1" : "0"), monitor.Lines);
    }
}
