using System.Text;
using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>A scripted device on a virtual clock: everything at its exact time.</summary>
public sealed class SerialPeerCases : IDisposable
{
    private readonly MainLoop _loop = new(new LoopOptions { Clock = new VirtualClock(), Log = new SilentLog() });
    private readonly List<string> _trace = [];

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    [Case]
    public void Ping_IsAnsweredAfter3Ms_ExactlyAndEveryTime()
    {
        var port = new SimulatedSerialPort("sim", new SerialOptions { Framing = new LineFraming(20) });
        port.Peer.Always("PING\n"u8, TimeSpan.FromMilliseconds(3), "PONG\n"u8);
        Listen(port);
        _loop.CallEvery(TimeSpan.FromSeconds(1), () => port.TryWrite("noise PING\n"u8));
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(3.5) });
        Check.Sequence(["PONG at 1.003", "PONG at 2.003", "PONG at 3.003"], _trace);
    }

    [Case]
    public void Script_GoesOnStepByStep_AndCountsWhatItDidNotExpect()
    {
        var port = new SimulatedSerialPort("sim", new SerialOptions { Framing = new LineFraming(20) });
        port.Peer.Expect("A\n"u8, TimeSpan.FromMilliseconds(1), "a\n"u8).Expect("B\n"u8).Expect("A\n"u8, TimeSpan.Zero, "again\n"u8);
        Listen(port);
        _loop.CallSoon(() => port.TryWrite("A\nxx"u8));
        _loop.CallLater(TimeSpan.FromSeconds(1), () => port.TryWrite("B\nA\n"u8));
        _loop.CallLater(TimeSpan.FromSeconds(2), () => port.TryWrite("more"u8));
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(3) });
        Check.Sequence(["a at 0.001", "again at 1"], _trace);
        Check.Equal(0, port.Peer.Pending);
        Check.Equal(6L, port.Peer.UnexpectedBytes);
        Check.Equal(12L, port.Peer.ReceivedBytes);
    }

    [Case]
    public void Paced_CharactersTakeTheirTimeByTheBaudRate_BothWays()
    {
        // 10 bits at 1000 baud are 10 ms.
        var port = new SimulatedSerialPort("sim", new SerialOptions { BaudRate = 1000, Framing = new LineFraming(20) }, isPaced: true);
        port.Peer.Always("?\n"u8, TimeSpan.FromMilliseconds(5), "yes\n"u8);
        Listen(port);
        var drained = new List<TimeSpan>();
        _loop.CallLater(TimeSpan.FromSeconds(1), () =>
        {
            port.TryWrite("?\n"u8);
            _ = DrainAsync();
        });
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(3) });
        Check.Sequence(["yes at 1.065"], _trace); // 20 ms there, 5 ms, 40 ms back
        Check.Equal(1, drained.Count);
        Check.True(drained[0] >= TimeSpan.FromSeconds(1.02) && drained[0] <= TimeSpan.FromSeconds(1.03), $"{drained[0]}");

        async Task DrainAsync()
        {
            await port.DrainAsync().ConfigureAwait(false);
            drained.Add(_loop.Now);
        }
    }

    [Case]
    public void BreaksAndWrongCharacters_AreEventsInTheirPlace_AndGarbleTheirMessages()
    {
        var port = new SimulatedSerialPort("sim", new SerialOptions { Parity = Parity.Even, Framing = new LineFraming(20) });
        Listen(port);
        _loop.CallSoon(() =>
        {
            port.Peer.Send("one\ntw"u8);
            port.Peer.SendWrongCharacter((byte)'o');
            port.Peer.Send("\nthree\n"u8);
            port.Peer.SendBreak();
            port.Peer.Send("fo"u8);
            port.Peer.SendBreak();
            port.Peer.Send("ur\n\u00ff\n"u8);
            port.Peer.SendWrongCharacter(0);
        });
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) });
        Check.Sequence(
            ["one at 0", "wrong o", "<Garbled 3>", "three at 0", "break 1", "break 2", "<Garbled 4>", "\u00c3\u00bf at 0", "wrong \0"],
            _trace);
        SerialCounters errors = port.Errors;
        Check.Equal(new SerialCounters(2, 2, 2, new SerialDeviceCounts(0, 2, 2, 0, 0)), errors);
    }

    [Case]
    public void NoMarks_ABreakIsIgnored_AndAWrongCharacterIsAZero()
    {
        var port = new SimulatedSerialPort("sim", new SerialOptions { MarkErrors = false, Framing = new LineFraming(20) });
        Listen(port);
        _loop.CallSoon(() =>
        {
            port.Peer.Send("a\u00ff"u8);
            port.Peer.SendBreak();
            port.Peer.SendWrongCharacter((byte)'x');
            port.Peer.Send("b\n"u8);
        });
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(1) });
        Check.Sequence(["a\u00c3\u00bf\0b at 0"], _trace);
        Check.Equal(new SerialDeviceCounts(1, 0, 1, 0, 0), port.Errors.Device);
    }

    [Case]
    public void ModemLines_AreReadSetAndTheirChangesToldEachPeriod_APulseInBetweenToo()
    {
        var port = new SimulatedSerialPort("sim", new SerialOptions { StatusPeriod = TimeSpan.FromMilliseconds(100), Dtr = false });
        port.Peer.SetLines(ModemLines.Dcd);
        Listen(port);
        _loop.CallLater(TimeSpan.FromSeconds(0.95), () => port.Peer.SetLines(ModemLines.Cts | ModemLines.Dsr));
        _loop.CallLater(TimeSpan.FromSeconds(2.01), () => port.Peer.SetLines(ModemLines.Ri));
        _loop.CallLater(TimeSpan.FromSeconds(2.02), () => port.Peer.SetLines(0, ModemLines.Ri));
        _loop.CallLater(TimeSpan.FromSeconds(3), () => port.SetModemLines(ModemLines.Dtr, ModemLines.Rts));
        _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(4) });
        Check.Sequence(
            [
                "lines Rts, Dcd changed None at 0", "lines Rts, Cts, Dsr, Dcd changed Cts, Dsr at 1", "lines Rts, Cts, Dsr, Dcd changed Ri at 2.1",
            ],
            _trace);
        Check.Equal(ModemLines.Dtr | ModemLines.Cts | ModemLines.Dsr | ModemLines.Dcd, port.ModemLines);
        Check.Equal(port.ModemLines, port.Peer.Lines);
    }

    [Case]
    public void NoPeriod_IsNoWakeUp()
    {
        var port = new SimulatedSerialPort("sim");
        SourceHandle source = Listen(port);
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) });
        long ticks = _loop.Counters.Ticks;
        _loop.Run(new RunOptions { For = TimeSpan.FromHours(1) });
        Check.True(_loop.Counters.Ticks - ticks <= 3, $"{_loop.Counters.Ticks - ticks} ticks in an hour");
        Check.Equal(1L, source.Counters.Dispatches);
    }

    [Case]
    public void LostCarrier_IsAHangUp_OnlyWhereItIsMeantToBe()
    {
        foreach (bool isMeant in new[] { false, true })
        {
            _trace.Clear();
            var port = new SimulatedSerialPort("sim", new SerialOptions { HangUpOnCarrierLoss = isMeant });
            port.Peer.SetLines(ModemLines.Dcd);
            SourceHandle source = Listen(port, RetryPolicy.Never);
            _loop.CallLater(TimeSpan.FromSeconds(1), () => port.Peer.SetLines(0, ModemLines.Dcd));
            _loop.Run(new RunOptions { For = TimeSpan.FromSeconds(2) });
            Check.Equal(isMeant ? SourceState.Failed : SourceState.Attached, source.State);
            Check.Sequence(isMeant ? ["gone: it hung up: the carrier was lost"] : [], _trace);
        }
    }

    [Case]
    public void Overrun_IsCounted_AndReceivedPlusLostIsWhatWasSent()
    {
        var port = new SimulatedSerialPort("sim", new SerialOptions { StatusPeriod = TimeSpan.FromMilliseconds(10) });
        long received = 0;
        SourceHandle source = _loop.Add(port).On((in SerialData e, in EventInfo _) => received += e.Bytes.Length);
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(1) });
        port.IsReading = false;
        port.Peer.Send(new byte[100_000]);
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(100) });
        port.IsReading = true;
        _loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(100) });
        Check.True(source.Counters.Lost > 0);
        Check.Equal(100_000L, received + source.Counters.Lost);
        Check.Equal(source.Counters.Lost, port.Errors.Device.BufferOverruns);
    }

    [Case]
    public void SendBreak_ArrivesAtThePeer_WithItsLength()
    {
        var port = new SimulatedSerialPort("sim");
        Listen(port);
        _loop.Run(() => port.SendBreakAsync(TimeSpan.FromMilliseconds(250)).AsTask());
        Check.Equal(1L, port.Peer.Breaks);
        Check.Equal(TimeSpan.FromMilliseconds(250), port.Peer.LastBreak);
    }

    private SourceHandle Listen(SimulatedSerialPort port, RetryPolicy? retry = null) => _loop.Add(port, retry)
        .On((in SerialLine e, in EventInfo info) => _trace.Add($"{Encoding.Latin1.GetString(e.Bytes)} at {info.Time.TotalSeconds}"))
        .On((in SerialMessageDropped e, in EventInfo _) => _trace.Add($"<{e.Kind} {e.Length}>"))
        .On((in SerialBreak e, in EventInfo _) => _trace.Add($"break {e.Number}"))
        .On((in SerialCharacterError e, in EventInfo _) => _trace.Add($"wrong {(char)e.Value}"))
        .On((in SerialModemLinesChanged e, in EventInfo info) => _trace.Add($"lines {e.Lines} changed {e.Changed} at {info.Time.TotalSeconds}"))
        .On((in SerialDisconnected e, in EventInfo _) => _trace.Add($"gone: {e.Reason}"));
}
