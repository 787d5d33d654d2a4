using System.Globalization;
using System.Text;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Glfw;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Windows;

/// <summary>The window in the loop's one wait.</summary>
public sealed class WaitCases : IDisposable
{
    private readonly WindowBench _bench = new();

    /// <inheritdoc/>
    public void Dispose() => _bench.Dispose();

    [Case]
    public void Idle_NothingWakesTheLoop_InTenSeconds()
    {
        _bench.Settle();
        long ticks, dispatches, switches;
        int attempts = 0;
        do
        {
            // The display may have something to tell still, of the windows before this one; it is nothing that comes back.
            (ticks, dispatches, switches) = (_bench.Loop.Counters.Ticks, _bench.Source.Counters.Dispatches, Switches());
            _bench.Loop.Run(new RunOptions { For = TimeSpan.FromSeconds(10) });
        }
        while (_bench.Source.Counters.Dispatches != dispatches && ++attempts < 3);
        Check.Equal(dispatches, _bench.Source.Counters.Dispatches);
        Check.True(_bench.Loop.Counters.Ticks - ticks <= 2, $"{_bench.Loop.Counters.Ticks - ticks} ticks: the first, and the one that ends the run");
        Check.True(Switches() - switches <= 5, $"the thread slept {Switches() - switches} times");
    }

    [Case]
    public void AKey_WakesASleepingLoop()
    {
        int keys = 0;
        _bench.Source.OnKey(_ =>
        {
            if (++keys == 2)
            {
                _bench.Loop.Stop();
            }
        });
        using var driver = new XDriver();
        var person = new Thread(() =>
        {
            driver.Key(38, true);
            driver.Key(38, false);
            driver.Flush();
        });
        person.Start();
        _bench.Loop.Run(new RunOptions { For = TimeSpan.FromSeconds(20) });
        person.Join();
        Check.Equal(2, keys);
    }

    [Case]
    public void EventsThatXlibHasReadWithAnAnswer_AreNotLeftBehind()
    {
        for (int i = 0; i < 50; i++)
        {
            int before = _bench.Of(WindowEventKind.Scroll).Count();
            _bench.Driver.Scroll();
            _bench.Driver.Sync();
            _bench.Window.Clipboard = "a question whose answer comes after the event";
            _ = _bench.Window.Clipboard; // reads the connection empty
            _bench.Loop.Tick(TimeSpan.FromSeconds(20));
            Check.Equal(before + 1, _bench.Of(WindowEventKind.Scroll).Count(), "in the next tick, not when something else comes");
        }
    }

    [Case]
    public void Window_Timer_Pipe_AndSerialLine_ShareTheWait()
    {
        using var device = new PseudoTerminal();
        var lines = new List<string>();
        var port = new LinuxSerialPort(device.Path, new SerialOptions { Framing = new LineFraming(64) });
        _bench.Loop.Add(port).On((in SerialLine line, in EventInfo _) => lines.Add(Encoding.ASCII.GetString(line.Bytes)));
        var pipe = new PipeSource();
        int bytes = 0, timers = 0;
        _bench.Loop.Add(pipe).On((in PipeByte _, in EventInfo _) => bytes++);
        _bench.Loop.CallEvery(TimeSpan.FromMilliseconds(5), () => timers++);
        const int Rounds = 50;
        for (int i = 1; i <= Rounds; i++)
        {
            _bench.Driver.Scroll();
            _bench.Driver.Flush();
            pipe.Feed(1);
            Check.True(device.TryWrite("tick\n"u8));
            Pump.Until(_bench.Loop, () => _bench.Of(WindowEventKind.Scroll).Count() >= i && bytes >= i && lines.Count >= i);
        }

        Pump.Until(_bench.Loop, () => timers >= 5);
        Check.Equal((Rounds, Rounds, Rounds), (_bench.Of(WindowEventKind.Scroll).Count(), bytes, lines.Count));
        Check.Equal(0L, _bench.Loop.Counters.Errors);
    }

    // Of this thread: how often it gave up the processor by itself.
    private static long Switches() =>
        long.Parse(File.ReadLines("/proc/thread-self/status").First(static line => line.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal)).Split(':')[1], CultureInfo.InvariantCulture);
}
