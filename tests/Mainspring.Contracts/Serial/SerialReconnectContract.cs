using System.Text;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>A serial device that goes away, and comes back.</summary>
public class SerialReconnectContract
{
    /// <summary>The port and its device. A suite for another kind of port makes its own.</summary>
    private protected virtual SerialBench Bench(SerialOptions? options = null, LoopOptions? loop = null) => new(options, loop);

    [Case]
    public virtual void HangUp_ComesAfterAllThatReadReturned_Once()
    {
        // A pipe keeps what was written before its end was closed, as a real line's driver may; read(2) gives it and then the end.
        foreach (int bytes in (int[])[0, 1, 100, 64 * 16, 4096 + 1, 60_000])
        {
            (SafeFileHandle read, SafeFileHandle write) = Sys.Pipe();
            using var loop = new MainLoop();
            var port = new LinuxSerialPort("/dev/pipe", new SerialOptions { ReadBufferSize = 16, Framing = new LineFraming(3) }, (_, _) => read);
            long received = 0;
            var trace = new List<string>();
            SourceHandle source = loop.Add(port, RetryPolicy.Never)
                .On((in SerialData e, in EventInfo _) => received += e.Bytes.Length)
                .On((in SerialLineIncomplete e, in EventInfo _) => trace.Add($"incomplete {e.Length}"))
                .On((in SerialDisconnected e, in EventInfo _) => trace.Add($"disconnected after {received}"));
            for (int left = bytes; left > 0; left -= 1000)
            {
                Sys.Write(write, Math.Min(left, 1000));
            }

            write.Dispose();
            Pump.Until(loop, () => source.State == SourceState.Failed);
            Check.Sequence(bytes == 0 ? ["disconnected after 0"] : [$"incomplete {bytes}", $"disconnected after {bytes}"], trace);
            Check.Equal(0L, source.Counters.Errors, "an unplugged device is an event, no error");
            Check.False(port.IsOpen);
        }
    }

    [Case]
    public void Device_GoesAndReturnsTenTimes_IsOpenedAgain()
    {
        using var bench = Bench();
        var expected = new List<string> { $"connected {bench.Port.Device}" };
        for (int turn = 1; turn <= 10; turn++)
        {
            bench.Send(Encoding.ASCII.GetBytes($"turn {turn}"));
            int received = bench.Received.Count;
            bench.Device.HangUp();
            Pump.Until(bench.Loop, () => bench.Source.State == SourceState.WaitingToRetry);
            Check.False(bench.Port.IsOpen);
            Pump.Until(bench.Loop, () => bench.Source.Counters.Errors >= turn); // an attempt while it is not there
            bench.Device.Reconnect();
            Pump.Until(bench.Loop, () => bench.Trace.Count >= (2 * turn) + 1);
            expected.Add($"disconnected {bench.Port.Device} after {received}");
            expected.Add($"connected {bench.Port.Device}");
        }

        Check.Sequence(expected, bench.Trace);
        Check.Equal(11L, bench.Source.Counters.Attaches);
        Check.Equal((long)bench.Received.Count, bench.Source.Counters.Bytes);
        bench.Send("still there"u8);
    }

    [Case]
    public void Gone_CostsNoDispatch()
    {
        using var bench = Bench();
        bench.Device.HangUp();
        Pump.Until(bench.Loop, () => bench.Trace.Count == 2);
        long before = bench.Source.Counters.Dispatches;
        bench.Loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(20) });
        Check.Equal(before, bench.Source.Counters.Dispatches);
        Check.Equal(2, bench.Trace.Count, "one disconnect");
    }

    [Case]
    public void HangUp_WhileTheFirstHandlersAreNotYetAdded_IsSeen()
    {
        using var bench = Bench();
        bench.Remove();
        var trace = new List<string>();
        SourceHandle source = bench.Loop.Add(bench.Port, RetryPolicy.Never);
        bench.Device.HangUp();
        source.On((in SerialConnected _, in EventInfo _) => trace.Add("connected"));
        source.On((in SerialDisconnected _, in EventInfo _) => trace.Add("disconnected"));
        Pump.Until(bench.Loop, () => source.State == SourceState.Failed);
        Check.Sequence(["connected", "disconnected"], trace);
    }

    [Case]
    public virtual void Write_ToADeviceThatIsGone_EndsAsAHangUp_AndIsCounted()
    {
        using var bench = Bench();
        bench.Device.HangUp();
        Check.True(bench.Port.TryWrite("lost"u8), "the port does not know yet");
        Pump.Until(bench.Loop, () => bench.Trace.Count == 2);
        Check.Equal(4L, bench.Port.DroppedBytes);
        Check.Equal(0L, bench.Port.WrittenBytes);
        Check.Equal(0, bench.Port.QueuedBytes);
        Check.False(bench.Port.TryWrite("x"u8), "now it knows");
    }
}
