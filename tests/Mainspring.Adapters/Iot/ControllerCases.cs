using System.Device.Gpio;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Iot;
using Mainspring.Samples;

namespace Mainspring.Adapters.Iot;

/// <summary>What is particular to lines of a controller: threads of the driver, its slow end, what it does not offer.</summary>
public sealed class ControllerCases : IDisposable
{
    private static readonly GpioLine s_input = GpioLine.Input(4) with { Edges = GpioEdges.Both };

    private readonly SimulatedGpioDriver _driver = new(8);
    private readonly VirtualClock _clock = new();
    private readonly List<string> _trace = [];
    private readonly List<GpioEdge> _edges = [];
    private MainLoop? _loop;
    private SourceHandle? _source;

    /// <inheritdoc/>
    public void Dispose() => _loop?.Dispose();

    [Case]
    public void HundredThousandEdges_OfThreeThreads_ComeOrAreCountedAsLost()
    {
        const int Each = 33_334;
        GpioControllerSource lines = Lines(new GpioOptions { Lines = [.. Enumerable.Range(0, 3).Select(static line => GpioLine.Input(line) with { Edges = GpioEdges.Both })] });
        long received = 0, lost = 0;
        uint last = 0;
        SourceHandle source = Real().Add(lines)
            .On((in GpioLost e, in EventInfo _) => lost += e.Count)
            .On((in GpioEdge e, in EventInfo _) =>
            {
                Check.True(e.Sequence > last, "in the order in which they came");
                last = e.Sequence;
                received++;
            });
        Worker[] workers = [.. Enumerable.Range(0, 3).Select(line => Worker.Start(() => Toggle(line, Each)))];
        Pump.Until(_loop!, () => received + lost == 3 * Each);
        Array.ForEach(workers, static worker => worker.Join());
        Check.Equal(lost, source.Counters.Lost);
        Check.True(received > 0);
    }

    [Case]
    public void HundredThousandEdges_ThatTheBufferHolds_AllCome()
    {
        const int Batch = 500, Batches = 200;
        GpioControllerSource lines = Lines(new GpioOptions { Lines = [s_input], EventBufferSize = 512 });
        int received = 0;
        SourceHandle source = Real().Add(lines).On((in GpioEdge _, in EventInfo _) => received++);
        for (int i = 1; i <= Batches; i++)
        {
            Worker.Run(() => Toggle(4, Batch));
            Pump.Until(_loop!, () => received >= i * Batch);
        }

        Check.Equal(Batch * Batches, received);
        Check.Equal(0L, source.Counters.Lost);
    }

    [Case]
    public void FullBuffer_LosesTheOldest_AndSaysHowMany()
    {
        Listen(new GpioOptions { Lines = [s_input], EventBufferSize = 16 });
        Run(1);
        Toggle(4, 101);
        Run(1);
        Check.Sequence(["connected 0", "lost 85 1"], _trace.Take(2));
        Check.Sequence(Enumerable.Range(86, 16).Select(static i => (uint)i), _edges.Select(static e => e.Sequence));
        Check.Equal(85L, _source!.Counters.Lost);
    }

    [Case]
    public void Time_IsThatOfTheCallback_HoweverLateTheLoopIs()
    {
        Listen(s_input);
        Run(5);
        _driver.Drive(4, true);
        _clock.Advance(TimeSpan.FromMilliseconds(100));
        Run(1);
        Check.Sequence(["connected 0", "4+ 5"], _trace);
    }

    [Case]
    public void ManyEdges_AreOneDispatch()
    {
        Listen(new GpioOptions { Lines = [s_input], EventBufferSize = 64 });
        Run(1);
        long before = _source!.Counters.Dispatches;
        Toggle(4, 60);
        Run(1);
        Check.Equal(60, _edges.Count);
        Check.Equal(before + 1, _source.Counters.Dispatches);
    }

    [Case]
    public void HandlerThatThrows_NeverReachesTheDriver()
    {
        int calls = 0;
        Real().UnhandledException += static context => context.Handled = true;
        _loop!.Add(Lines(new GpioOptions { Lines = [s_input] })).On((in GpioEdge _, in EventInfo _) =>
        {
            calls++;
            throw new InvalidOperationException("the program's own problem");
        });
        for (int i = 1; i <= 3; i++)
        {
            Worker.Run(() => Toggle(4, 1)); // a throw would come out here
            Pump.Until(_loop!, () => calls == i);
        }
    }

    [Case]
    public void Removed_TheLoopGoesOn_WhileTheDriverWaitsForItsThread()
    {
        using var gate = new ManualResetEventSlim();
        GpioControllerSource lines = Lines(new GpioOptions { Lines = [s_input] });
        SourceHandle source = Real().Add(lines);
        Pump.Ticks(_loop!, 3);
        _driver.Closing = gate.Wait;
        source.Remove();
        Check.False(lines.Released.IsCompleted);
        Check.Equal(1, _driver.OpenPins);

        int connected = 0, edges = 0;
        SourceHandle again = _loop!.Add(lines)
            .On((in GpioConnected _, in EventInfo _) => connected++)
            .On((in GpioEdge _, in EventInfo _) => edges++);
        Pump.Ticks(_loop, 100);
        Check.Equal(0, connected, "a line is requested when it is free");
        Check.Contains("still being released", Check.Throws<IOException>(() => lines.Read(4)).Message);
        gate.Set();
        Pump.Until(_loop, () => connected == 1);
        Check.True(lines.Released.IsCompleted);
        Toggle(4, 1);
        Pump.Until(_loop, () => edges == 1);
        Check.Equal(SourceState.Attached, again.State);
    }

    [Case]
    public void DisposedLoop_DoesNotWaitForTheDriver_AndGivesTheLinesBack()
    {
        using var gate = new ManualResetEventSlim();
        GpioControllerSource lines = Lines(new GpioOptions { Lines = [s_input, GpioLine.Output(5) with { Safe = true }] });
        Real().Add(lines);
        Pump.Ticks(_loop!, 3);
        _driver.Closing = gate.Wait;
        _loop!.Dispose();
        Check.True(_driver.IsHigh(5), "its safe level is there at once");
        Check.False(lines.Released.IsCompleted);
        gate.Set();
        Check.True(lines.Released.Wait(TimeSpan.FromSeconds(20)));
        Check.Equal((0, 0), (_driver.OpenPins, _driver.Callbacks));
        Toggle(4, 10); // into nothing
    }

    [Case]
    public void SharedController_KeepsItsOtherPins_AndIsNotDisposed()
    {
        using var controller = new GpioController(_driver);
        controller.OpenPin(1, PinMode.Output, PinValue.High);
        GpioControllerSource busy = new("shared", controller, new GpioOptions { Lines = [GpioLine.Output(1)] });
        Check.Contains("shared line 1: in use", Check.Throws<IOException>(() => Real().Add(busy)).Message);
        Check.True(busy.Released.Wait(TimeSpan.FromSeconds(20)));
        Check.True(controller.IsPinOpen(1) && _driver.IsHigh(1), "it was not ours to close");

        var lines = new GpioControllerSource("shared", controller, new GpioOptions { Lines = [s_input] });
        SourceHandle source = _loop!.Add(lines);
        Check.True(controller.IsPinOpen(4));
        source.Remove();
        Check.True(lines.Released.Wait(TimeSpan.FromSeconds(20)));
        Check.False(controller.IsPinOpen(4));
        Check.True(controller.IsPinOpen(1));
    }

    [Case]
    public void RemovedChip_IsSeenByTheCheck_AndTheLinesComeBackWithIt()
    {
        Listen(new GpioOptions { Lines = [s_input, GpioLine.Output(5) with { Initial = true }], RemovalCheck = TimeSpan.FromSeconds(1) });
        _loop!.CallAt(TimeSpan.FromMilliseconds(1500), () => _driver.Remove());
        _loop.CallAt(TimeSpan.FromMilliseconds(2200), () => _driver.Remove(false));
        Run(3000);
        Check.Sequence(["connected 10", "disconnected: simulated pin 4: the chip was removed", "connected 10"], _trace, "attempts after 2100, then 2300 ms");
        Check.Equal(2L, _source!.Counters.Attaches);
        Toggle(4, 1);
        Run(10);
        Check.Equal("4+ 3000", _trace[^1]);
    }

    [Case]
    public void RemovedChip_IsSeenByAWrite_WhichSaysWhatToDo()
    {
        GpioControllerSource lines = Listen(GpioLine.Output(5));
        Run(1);
        _driver.Remove();
        string message = Check.Throws<IOException>(() => lines.Write(5, true)).Message;
        Check.Equal("case: writing: simulated pin 5: the chip was removed. The chip is gone; wait for GpioConnected.", message);
        Run(1);
        Check.Equal("disconnected: simulated pin 5: the chip was removed", _trace[^1]);
        Check.Contains("not requested", Check.Throws<IOException>(() => lines.Write(5, true)).Message);
    }

    [Case]
    public void Debounce_TellsWhatLasted_ThoughTheLoopWasLate()
    {
        Listen(s_input with { Debounce = TimeSpan.FromMilliseconds(5) });
        Run(1);
        _driver.Drive(4, true); // at 1 ms
        _clock.Advance(TimeSpan.FromMilliseconds(8));
        _driver.Drive(4, false); // at 9
        _clock.Advance(TimeSpan.FromMilliseconds(2));
        _driver.Drive(4, true); // at 11: what was at 9 has not lasted
        _clock.Advance(TimeSpan.FromMilliseconds(20));
        Run(1);
        Check.Sequence(["connected 0", "4+ 6"], _trace);
        _driver.Drive(4, false); // at 32
        Run(100);
        Check.Equal("4- 37", _trace[^1]);
    }

    [Case]
    public void LineThatBecomesAnOutput_HasNoMoreEdges_AndHasThemAgainAsAnInput()
    {
        GpioControllerSource lines = Listen(s_input with { Edges = GpioEdges.Rising });
        Run(1);
        lines.Reconfigure(GpioLine.Output(4));
        lines.Write(4, true);
        Run(1);
        lines.Reconfigure(s_input);
        Toggle(4, 3);
        Run(1);
        Check.Sequence(["connected 0", "4- 2", "4+ 2", "4- 2"], _trace);
    }

    [Case]
    public void WhatThePackageLacks_IsRefused_WithWhatHasIt()
    {
        Refuses("GPIO line 'LED': System.Device.Gpio knows lines by their numbers only", new GpioOptions { Lines = [GpioLine.Output("LED")] });
        Refuses("GPIO line 1: System.Device.Gpio has no Drive", new GpioOptions { Lines = [GpioLine.Output(1) with { Drive = GpioDrive.OpenDrain }] });
        Refuses("has no Bias for outputs", new GpioOptions { Lines = [GpioLine.Output(1) with { Bias = GpioBias.PullUp }] });
        Refuses("leave it Monotonic", new GpioOptions { Lines = [s_input], EventClock = GpioEventClock.Hardware });
        GpioControllerSource lines = Listen(s_input);
        Check.Throws<ArgumentException>(() => lines.Reconfigure(GpioLine.Output(4) with { Drive = GpioDrive.OpenSource }));
        Check.Equal(GpioDirection.Input, lines.Options.Lines[0].Direction, "nothing is noted then");

        static void Refuses(string part, GpioOptions options)
        {
            string message = Check.Throws<ArgumentException>(() => _ = new GpioControllerSource(options)).Message;
            Check.Contains(part, message);
            Check.Contains("LinuxGpioLines has it", message);
        }
    }

    [Case]
    public void WithoutADriver_OrALine_ItSaysSo()
    {
        var none = new GpioControllerSource("none", static () => throw new PlatformNotSupportedException("no board"), new GpioOptions { Lines = [s_input] });
        Check.Contains("none: opening: no board. This machine has no driver that is found by itself", Check.Throws<IOException>(() => Real().Add(none)).Message);
        var far = new GpioControllerSource("case", () => new GpioController(_driver), new GpioOptions { Lines = [GpioLine.Input(8)] });
        Check.Equal("case: there is no line 8; it has 8 lines, 0 to 7.", Check.Throws<IOException>(() => _loop!.Add(far)).Message);
        Check.Equal(0, _loop!.Counters.Sources);
    }

    private MainLoop Real() => _loop ??= Loops.New();

    private GpioControllerSource Lines(GpioOptions options) => new("case", () => new GpioController(_driver), options);

    private GpioControllerSource Listen(GpioLine line) => Listen(new GpioOptions { Lines = [line] });

    // On a virtual clock, with a trace.
    private GpioControllerSource Listen(GpioOptions options)
    {
        _loop = new MainLoop(new LoopOptions { Clock = _clock, Log = new SilentLog() });
        GpioControllerSource lines = Lines(options);
        _source = _loop.Add(lines)
            .On((in GpioConnected e, in EventInfo _) => _trace.Add($"connected {e.Levels:b}"))
            .On((in GpioLost e, in EventInfo _) => _trace.Add($"lost {e.Count} {e.Levels:b}"))
            .On((in GpioDisconnected e, in EventInfo _) => _trace.Add($"disconnected: {e.Reason}"))
            .On((in GpioEdge e, in EventInfo _) =>
            {
                _edges.Add(e);
                _trace.Add($"{e.Line}{(e.IsRising ? '+' : '-')} {e.Time.TotalMilliseconds}");
            });
        _source.Unref();
        return lines;
    }

    private void Run(double milliseconds) => _loop!.Run(new RunOptions { For = TimeSpan.FromMilliseconds(milliseconds) });

    private void Toggle(int pin, int times)
    {
        for (int i = 0; i < times; i++)
        {
            _driver.Drive(pin, !_driver.IsHigh(pin));
        }
    }
}
