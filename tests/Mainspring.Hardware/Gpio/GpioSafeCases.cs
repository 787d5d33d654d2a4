using System.Diagnostics;
using Mainspring.Contracts;
using Mainspring.Devices;

namespace Mainspring.Hardware.Gpio;

/// <summary>Outputs are left with their safe level, as the kernel's trace of levels shows: gpio-sim itself forgets the level of a line that is released.</summary>
public sealed class GpioSafeCases : IDisposable
{
    private const string Tracing = "/sys/kernel/debug/tracing";

    /// <summary>Turns the trace on.</summary>
    public GpioSafeCases()
    {
        File.WriteAllText($"{Tracing}/trace_clock", "counter"); // the clocks of two processors would not keep the order
        File.WriteAllText($"{Tracing}/trace", "");
        File.WriteAllText($"{Tracing}/events/gpio/gpio_value/enable", "1");
        File.WriteAllText($"{Tracing}/tracing_on", "1");
    }

    [Case]
    public void Removed_SourceLeavesSafeLevels_AndOnlyThose()
    {
        using var bench = new GpioBench(GpioLine.Output(0) with { Safe = false }, GpioLine.Output(1) with { Safe = true, ActiveLow = true }, GpioLine.Output(2));
        bench.Lines.WriteMany(0b111, 0b101);
        Check.Sequence([true, true, true], LastLevels(3));
        bench.Source.Remove();
        Check.Sequence([false, false, true], LastLevels(3), "physical levels: active-low and active is low");
    }

    [Case]
    public void Disposed_LoopLeavesSafeLevels()
    {
        using var bench = new GpioBench(GpioLine.Output(0) with { Safe = false });
        bench.Lines.Write(0, true);
        bench.Loop.Dispose();
        Check.Sequence([false], LastLevels(1));
    }

    [Case]
    public void Process_ThatReturnsFromMain_LeavesSafeLevels() => EndsSafely("return", signal: null, isSafe: true);

    [Case]
    public void Process_ThatEndsByAnUnhandledException_LeavesSafeLevels() => EndsSafely("throw", signal: null, isSafe: true);

    [Case]
    public void Process_ThatEndsByAnErrorThatStopsItsLoop_LeavesSafeLevels() => EndsSafely("stop", signal: null, isSafe: true);

    [Case]
    public void Process_ThatHandlesItsTermination_LeavesSafeLevels() => EndsSafely("handle", "-TERM", isSafe: true);

    [Case]
    public void Process_ThatIsTerminated_WithoutHandlingIt_LeavesItToTheKernel() => EndsSafely("run", "-TERM", isSafe: false);

    [Case]
    public void Process_ThatIsKilled_LeavesItToTheKernel() => EndsSafely("run", "-KILL", isSafe: false);

    [Case]
    public void Process_ThatIsInterrupted_WithoutHandlingIt_LeavesItToTheKernel() => EndsSafely("run", "-INT", isSafe: false);

    /// <inheritdoc/>
    public void Dispose()
    {
        File.WriteAllText($"{Tracing}/events/gpio/gpio_value/enable", "0");
        File.WriteAllText($"{Tracing}/trace_clock", "local");
    }

    private static void EndsSafely(string how, string? signal, bool isSafe)
    {
        using var sim = new GpioSim(4, "child");
        using Process child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [GpioChild.Argument, how]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Check.Equal("high", child.StandardOutput.ReadLine());
        if (signal is not null)
        {
            GpioLineCases.Tool("kill", signal, $"{child.Id}");
        }

        Check.True(child.WaitForExit(30_000), "it ends");
        Check.Equal(isSafe, !LastLevels(1)[0]);
        Check.False(sim.Level(0), "released, and gpio-sim has pulled it down");
    }

    // "… gpio_value: 508 set 1": the last level that was set on each of the lowest lines.
    private static bool[] LastLevels(int lines)
    {
        var levels = new SortedDictionary<int, bool>();
        foreach (string line in File.ReadLines($"{Tracing}/trace"))
        {
            int at = line.IndexOf("gpio_value: ", StringComparison.Ordinal);
            string[] words = at < 0 ? [] : line[at..].Split(' ');
            if (words is [_, var number, "set", var level])
            {
                levels[int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)] = level == "1";
            }
        }

        Check.True(levels.Count >= lines, $"{levels.Count} lines were set");
        return [.. levels.Values.Take(lines)];
    }
}
