using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Serial;

/// <summary>Two UARTs that are connected to each other: what one sends, the other gets, however both are set.</summary>
public sealed class SerialLineCases
{
    private const string Near = "/dev/ttyS1";
    private const string Far = "/dev/ttyS2";

    private static readonly int[] s_rates =
    [
        50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200,
        28_800, // no rate of termios
    ];

    [Case]
    public void EveryRate_AndAnOddOne_TheSameBytesInAsOut()
    {
        foreach (int rate in s_rates)
        {
            Exchange(new SerialOptions { BaudRate = rate }, Math.Clamp(rate / 20, 3, 256));
        }
    }

    [Case]
    public void FiveToEightBits_EveryParityAndStop_TheSameBytesInAsOut()
    {
        for (int dataBits = 5; dataBits <= 8; dataBits++)
        {
            foreach (Parity parity in Enum.GetValues<Parity>())
            {
                foreach (StopBits stopBits in Enum.GetValues<StopBits>())
                {
                    Exchange(new SerialOptions { BaudRate = 115_200, DataBits = dataBits, Parity = parity, StopBits = stopBits }, 256);
                }
            }
        }
    }

    [Case]
    public void RateThatTheUartCannotMake_IsRefused_AndSaysWhatItOffers()
    {
        using MainLoop loop = Loops.New();
        IOException refusal = Check.Throws<IOException>(() => loop.Add(new LinuxSerialPort(Near, new SerialOptions { BaudRate = 3_000_000 })));
        Check.Contains("/dev/ttyS1: its driver does not take 3000000 baud (it offers ", refusal.Message);
    }

    [Case]
    public void Drain_WaitsUntilAllIsSent_AndTheLoopGoesOn()
    {
        using MainLoop loop = Loops.New();
        var near = new SerialEnd(loop, Near, new SerialOptions { BaudRate = 300 });
        var far = new SerialEnd(loop, Far, new SerialOptions { BaudRate = 300 });
        int ticks = 0;
        loop.CallEvery(TimeSpan.FromMilliseconds(20), () => ticks++);
        TimeSpan start = loop.Now;
        near.Port.TryWrite(new byte[30]); // 33 ms each
        Task drain = near.Port.DrainAsync().AsTask();
        Pump.Until(loop, () => drain.IsCompleted);
        drain.GetAwaiter().GetResult();
        Check.True(loop.Now - start > TimeSpan.FromMilliseconds(500), $"drained after {loop.Now - start}");
        Check.True(ticks > 10, $"{ticks} timers ran meanwhile");
        Pump.Until(loop, () => far.Received.Count == 30);
        near.Port.TryWrite(new byte[30]);
        Task late = near.Port.DrainAsync(TimeSpan.FromMilliseconds(50)).AsTask();
        Pump.Until(loop, () => late.IsCompleted);
        Check.Contains("bytes could not be sent in time", late.Exception?.InnerException?.Message);
        near.Port.Discard(SerialBuffers.Output);
    }

    [Case]
    public void Xoff_HoldsTheWriterBack_AndItsTimeoutComes_ThenXonLosesNothing()
    {
        using MainLoop loop = Loops.New();
        var options = new SerialOptions { BaudRate = 115_200, WriteQueueSize = 1000 };
        var near = new SerialEnd(loop, Near, options with { FlowControl = FlowControl.XonXoff });
        var far = new SerialEnd(loop, Far, options);
        far.Port.TryWrite("\u0013"u8);
        byte[] all = new byte[20_000];
        new Random(1).NextBytes(all);
        Task late = near.Port.WriteAsync(all, TimeSpan.FromMilliseconds(200)).AsTask();
        Pump.Until(loop, () => late.IsCompleted);
        Check.Contains("found no room in the write queue in time", late.Exception?.InnerException?.Message);
        int before = far.Received.Count;
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(200) });
        Check.Equal(before, far.Received.Count, "the line is held");
        Task write = near.Port.WriteAsync(all).AsTask();
        far.Port.TryWrite("\u0011"u8);
        Pump.Until(loop, () => write.IsCompleted);
        Pump.Until(loop, () => far.Received.Count >= near.Port.WrittenBytes && near.Port.QueuedBytes == 0);
        Check.True(far.Received.Count > before);
        Check.True(all.AsSpan().SequenceEqual(far.Received.ToArray().AsSpan(far.Received.Count - all.Length)), "the same bytes");
        Check.Equal(0L, near.Port.DroppedBytes);
    }

    [Case]
    public void LowLatency_IsSet()
    {
        using MainLoop loop = Loops.New();
        var near = new SerialEnd(loop, Near, new SerialOptions { LowLatency = true });
        Check.True(SerialDevice.IsLowLatency(near.Port.Handle));
        near.Source.Remove();
    }

    [Case]
    public void List_ShowsTheLines_WithTheirDriver()
    {
        foreach (string path in new[] { Near, Far, "/dev/ttyS3" })
        {
            SerialPortInfo line = LinuxSerialPort.List().Single(line => line.Path == path);
            Check.Contains("serial", line.Driver);
            Check.Equal(null, line.VendorId);
        }

        Check.False(LinuxSerialPort.List().Any(static line => line.Path is "/dev/tty" or "/dev/ptmx" or "/dev/tty1"), "consoles are no lines");
    }

    // Both ways, and the settings read back.
    private static void Exchange(SerialOptions options, int count)
    {
        using MainLoop loop = Loops.New();
        var near = new SerialEnd(loop, Near, options);
        var far = new SerialEnd(loop, Far, options);
        string what = $"{options.BaudRate} {options.DataBits}{options.Parity}{options.StopBits}";
        Termios2 set = SerialDevice.Settings((Microsoft.Win32.SafeHandles.SafeFileHandle)near.Port.Handle, Near);
        Check.Equal((uint)options.BaudRate, set.OutputRate, what);
        Check.Equal((uint)options.BaudRate, set.InputRate, what);
        Check.Equal((uint)(options.DataBits - 5) << 4, set.Control & Termios2.SizeMask, what);
        Check.Equal(options.Parity != Parity.None, (set.Control & Termios2.EnableParity) != 0, what);
        Check.Equal(options.Parity is Parity.Odd or Parity.Mark, (set.Control & Termios2.OddParity) != 0, what);
        Check.Equal(options.Parity is Parity.Mark or Parity.Space, (set.Control & Termios2.StickParity) != 0, what);
        Check.Equal(options.StopBits == StopBits.Two, (set.Control & Termios2.TwoStopBits) != 0, what);

        // The emulated UART sends all eight bits, whatever is set.
        byte[] there = [.. Enumerable.Range(0, count).Select(i => (byte)(255 - i))];
        byte[] back = [.. Enumerable.Range(0, count).Select(i => (byte)i)];
        Check.True(near.Port.TryWrite(there) && far.Port.TryWrite(back));
        Pump.Until(loop, () => far.Received.Count >= count && near.Received.Count >= count);
        Check.Sequence(there, far.Received, what);
        Check.Sequence(back, near.Received, what);
        Check.Equal(default, near.Port.Errors, what);
        Check.Equal(0, near.Trace.Count + far.Trace.Count, what);
    }
}
