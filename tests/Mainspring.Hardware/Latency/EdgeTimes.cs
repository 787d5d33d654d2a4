using System.Diagnostics;
using System.Globalization;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Hardware.Latency;

/// <summary>The loop's side of edge to callback; tests/vm/edges.c is the C side, and prints the same.</summary>
internal static class EdgeTimes
{
    /// <summary>Waits for the edges of a line, and prints the times from the kernel's time stamp to the handler.</summary>
    /// <param name="arguments">The chip, the line, how many edges; a file of gpio-sim, if each edge is to make the next one.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        string chip = arguments[0];
        int line = int.Parse(arguments[1], CultureInfo.InvariantCulture);
        var times = new long[int.Parse(arguments[2], CultureInfo.InvariantCulture)];
        using SafeFileHandle? pull = arguments.Length > 3 ? File.OpenHandle(arguments[3], FileMode.Open, FileAccess.Write, FileShare.ReadWrite) : null;
        int count = 0;
        using var loop = new MainLoop();
        var lines = new LinuxGpioLines(chip, new GpioOptions { Lines = [GpioLine.Input(line) with { Edges = GpioEdges.Both }] });
        loop.Add(lines)
            .On((in GpioConnected _, in EventInfo _) =>
            {
                Console.WriteLine("ready");
                Pull(pull, true);
            })
            .On((in GpioEdge edge, in EventInfo _) =>
            {
                // Stopwatch is CLOCK_MONOTONIC in nanoseconds, as the kernel's time stamp.
                times[count++] = Stopwatch.GetTimestamp() - edge.KernelTimeNs;
                Pull(pull, count % 2 == 0);
                if (count == times.Length)
                {
                    loop.Stop();
                }
            });
        loop.Run();
        Array.Sort(times);
        Console.WriteLine($"{times[times.Length / 2]} {times[times.Length * 99 / 100]} {count}");
        return 0;
    }

    private static void Pull(SafeFileHandle? pull, bool up)
    {
        if (pull is not null)
        {
            RandomAccess.Write(pull, up ? "pull-up"u8 : "pull-down"u8, 0);
        }
    }
}
