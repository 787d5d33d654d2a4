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
    public void FiveBits_EveryParityAndStop_TheSameBytesInAsOut() => ExchangeWithEveryParity(5);

    [Case]
    public void SixBits_EveryParityAndStop_TheSameBytesInAsOut() => ExchangeWithEveryParity(6);

    [Case]
    public void SevenBits_EveryParityAndStop_TheSameBytesInAsOut() => ExchangeWithEveryParity(7);

    [Case]
    public void EightBits_EveryParityAndStop_TheSameBytesInAsOut() => ExchangeWithEveryParity(8);

    [Case]
    public void RateThatTheUartCannotMake_IsRefused_AndSaysWhatItOffers()
    {
        using MainLoop loop = Loops.New();
        IOException refusal = Check.Throws<IOException>(() => loop.Add(new LinuxSerialPort(Near, new SerialOptions { BaudRate = 3_000_000 })));
        Check.Contains("/dev/ttyS1: its driver does not take 3000000 baud (it offers ", refusal.Message);
    }

    [Case]
    public void Drain_WaitsForALineThatIsHeldBack_AndTheLoopGoesOn()
    {
        using MainLoop loop = Loops.New();
        (SerialEnd near, SerialEnd far) = Held(loop);
        int ticks = 0;
        loop.CallEvery(TimeSpan.FromMilliseconds(5), () => ticks++);
        Task drain = near.Port.DrainAsync().AsTask();
        Pump.Until(loop, () => ticks >= 20);
        Check.False(drain.IsCompleted);
        far.Port.TryWrite("\u0011"u8);
        Pump.Until(loop, () => drain.IsCompleted);
        drain.GetAwaiter().GetResult();
        Pump.Until(loop, () => far.Received.Count == near.Port.WrittenBytes);
        Check.Equal(0, near.Port.QueuedBytes);
    }

    [Case]
    public void Xoff_HoldsTheWriterBack_AndItsTimeoutComes_ThenXonLosesNothing()
    {
        using MainLoop loop = Loops.New();
        (SerialEnd near, SerialEnd far) = Held(loop);
        byte[] all = new byte[10_000];
        new Random(1).NextBytes(all);
        Task late = near.Port.WriteAsync(all, TimeSpan.FromMilliseconds(50)).AsTask();
        Pump.Until(loop, () => late.IsCompleted);
        Check.Contains("found no room in the write queue in time", late.Exception?.InnerException?.Message);
        int before = far.Received.Count;
        loop.Run(new RunOptions { For = TimeSpan.FromMilliseconds(50) });
        Check.Equal(before, far.Received.Count, "the line is held");
        Task write = near.Port.WriteAsync(all).AsTask();
        far.Port.TryWrite("\u0011"u8);
        Pump.Until(loop, () => write.IsCompleted);
        Pump.Until(loop, () => far.Received.Count == near.Port.WrittenBytes && near.Port.QueuedBytes == 0);
        Check.True(all.AsSpan().SequenceEqual(far.Received.ToArray().AsSpan(far.Received.Count - all.Length)), "the same bytes");
        Check.Equal(0L, near.Port.DroppedBytes);
    }

    [Case]
    public void Removed_WhileTheLineIsHeldBack_BlocksNothing()
    {
        using MainLoop loop = Loops.New();
        (SerialEnd near, SerialEnd far) = Held(loop);
        TimeSpan start = loop.Now;
        near.Source.Remove(); // close(2) would wait for 30 s
        loop.Tick();
        Check.True(loop.Now - start < TimeSpan.FromSeconds(10), $"{loop.Now - start}");
        far.Port.TryWrite("\u0011"u8); // so that the close ends
        Pump.Until(loop, () => far.Port.QueuedBytes == 0);
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

    // The near end holds bytes that it cannot send: it has received an XOFF.
    private static (SerialEnd Near, SerialEnd Far) Held(MainLoop loop)
    {
        var options = new SerialOptions { BaudRate = 115_200, WriteQueueSize = 1000 };
        var near = new SerialEnd(loop, Near, options with { FlowControl = FlowControl.XonXoff });
        var far = new SerialEnd(loop, Far, options);
        far.Port.TryWrite("\u0013"u8);
        Task drain = Task.CompletedTask;
        Pump.Until(loop, () =>
        {
            if (drain.IsCompletedSuccessfully)
            {
                near.Port.TryWrite("x"u8);
                drain = near.Port.DrainAsync(TimeSpan.FromMilliseconds(50)).AsTask();
            }

            return drain.Exception?.InnerException is TimeoutException;
        });
        return (near, far);
    }

    private static void ExchangeWithEveryParity(int dataBits)
    {
        foreach (Parity parity in Enum.GetValues<Parity>())
        {
            foreach (StopBits stopBits in Enum.GetValues<StopBits>())
            {
                Exchange(new SerialOptions { BaudRate = 115_200, DataBits = dataBits, Parity = parity, StopBits = stopBits }, 64);
            }
        }
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
