using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Ports;
using Mainspring.Devices.Simulation;

namespace Mainspring.Adapters.Ports;

/// <summary>What is the package's own: what it cannot do, what a pseudo-terminal refuses, and that its threads end.</summary>
public sealed class PortsCases
{
    [Case]
    public void WhatThePackageDoesNotOffer_IsRefusedAtOnce()
    {
        (SerialOptions Options, string Part)[] refused =
        [
            (new() { LowLatency = true }, "LowLatency"), (new() { HangUpOnCarrierLoss = true }, "StatusPeriod"), (new() { HangUpOnClose = false }, "HangUpOnClose"), (new() { Exclusive = false }, "exclusively"),
        ];
        foreach ((SerialOptions options, string part) in refused)
        {
            Check.Contains(part, Check.Throws<NotSupportedException>(() => new SerialPortSource("COM3", options)).Message);
        }

        if (!OperatingSystem.IsWindows())
        {
            Check.Contains("Parity.Mark", Check.Throws<NotSupportedException>(() => new SerialPortSource("/dev/ttyUSB0", new SerialOptions { Parity = Parity.Mark })).Message);
        }
    }

    [Case]
    public void DtrAndRts_OfAPseudoTerminal_AreRefusedInWords_WhenAskedFor()
    {
        Sys.NeedsLinux();
        using var device = new PseudoTerminal();
        using var loop = new MainLoop(new LoopOptions { Log = new SilentLog() });
        foreach (bool isOn in (bool[])[true, false])
        {
            foreach (SerialOptions options in (SerialOptions[])[new() { Dtr = isOn }, new() { Rts = isOn }, new() { Dtr = isOn, Rts = isOn }])
            {
                var port = new SerialPortSource(device.Path, options);
                IOException refusal = Check.Throws<IOException>(() => loop.Add(port));
                Check.Contains("leave SerialOptions.Dtr and Rts null", refusal.Message);
                Check.True(refusal.Message.StartsWith($"{device.Path}: ", StringComparison.Ordinal));
                Check.False(port.IsOpen);
            }
        }

        loop.Add(new SerialPortSource(device.Path));
    }

    [Case]
    public void ModemLines_OfAPseudoTerminal_AreRefusedInWords()
    {
        using SerialBench bench = PortsBench.Create();
        Check.Contains("has no modem lines", Check.Throws<IOException>(() => _ = bench.Port.ModemLines).Message);
        Check.Contains("to set Rts was refused", Check.Throws<IOException>(() => bench.Port.SetModemLines(ModemLines.Rts, 0)).Message);
        bench.Source.Remove();
        var watching = new SerialPortSource(bench.Device.Path, new SerialOptions { StatusPeriod = TimeSpan.FromMilliseconds(10) });
        Check.Contains("SerialOptions.StatusPeriod", Check.Throws<IOException>(() => bench.Loop.Add(watching)).Message);
        Check.False(watching.IsOpen);
    }

    [Case]
    public void WhatIsNoSerialLine_SaysSo()
    {
        Sys.NeedsLinux();
        using var loop = new MainLoop(new LoopOptions { Log = new SilentLog() });
        Check.Contains("/dev/ttyThatIsNotThere: there is no such device", Check.Throws<IOException>(() => loop.Add(new SerialPortSource("/dev/ttyThatIsNotThere"))).Message);
        Check.Contains("/dev/null: is not a terminal", Check.Throws<IOException>(() => loop.Add(new SerialPortSource("/dev/null"))).Message);
        using var device = new PseudoTerminal();
        try
        {
            loop.Add(new SerialPortSource(device.Path, new SerialOptions { BaudRate = 123_456 })).Remove(); // as newer versions of the package do
        }
        catch (IOException exception)
        {
            Check.Contains("123456 baud", exception.Message);
        }

        Check.Equal(0, loop.Counters.Sources);
    }

    [Case]
    public void OpenedAndClosed_AHundredTimes_WhileItReads_LeavesNoThread()
    {
        using SerialBench bench = PortsBench.Create();
        bench.Source.Remove();
        int before = Threads(bench.Port.Name);
        for (int i = 0; i < 100; i++)
        {
            bool isConnected = false;
            SourceHandle source = bench.Loop.Add(bench.Port).On((in SerialConnected _, in EventInfo _) => isConnected = true);
            bench.Device.TryWrite("x"u8);
            Pump.Until(bench.Loop, () => isConnected);
            source.Remove();
        }

        Pump.Until(bench.Loop, () => Threads(bench.Port.Name) <= before);
    }

    [Case]
    public void AFullBuffer_IsWaitedFor_WithoutLoss()
    {
        using SerialBench bench = PortsBench.Create();
        bench.Loop.Add(bench.Device); // what the terminal does not take at once goes later
        byte[] all = new byte[300_000]; // of which the buffers of the port and of the terminal hold less than half
        new Random(7).NextBytes(all);
        bench.Port.IsReading = false;
        int sent = 0;
        Pump.Until(bench.Loop, () =>
        {
            if (sent < all.Length && bench.Device.TryWrite(all.AsSpan(sent, Math.Min(1000, all.Length - sent))))
            {
                sent += Math.Min(1000, all.Length - sent);
            }
            else
            {
                bench.Port.IsReading = true;
            }

            return bench.Received.Count == all.Length;
        });
        Check.True(all.AsSpan().SequenceEqual(bench.Received.ToArray()));
    }

    [Case]
    public void Discard_Input_DropsWhatHasCome()
    {
        using SerialBench bench = PortsBench.Create();
        bench.Port.IsReading = false;
        long before = bench.Source.Counters.Dispatches;
        bench.Device.TryWrite("old"u8);
        Pump.Until(bench.Loop, () => bench.Source.Counters.Dispatches > before); // it has come
        bench.Port.Discard(SerialBuffers.Input);
        bench.Port.IsReading = true;
        bench.Device.TryWrite("new"u8);
        Pump.Until(bench.Loop, () => bench.Received.Count >= 3);
        Check.Sequence("new"u8.ToArray(), bench.Received);
    }

    [Case]
    public void Discard_Output_ThatAbortsAWrite_AsOnWindows_IsNoHangUp_AndCountsWhatItDropped()
    {
        HeldStream? held = null;
        using var bench = new SerialBench(null, null, (path, options) => new SerialPortSource(path, options) { Wrap = stream => held = new HeldStream(stream) });
        held!.HoldsWrites = true;
        Check.True(bench.Port.TryWrite("aborted"u8));
        Pump.Until(bench.Loop, () => held.IsWriting);
        Check.True(bench.Port.TryWrite("behind"u8));
        Task drained = bench.Port.DrainAsync().AsTask();
        bench.Port.Discard(SerialBuffers.Output);
        held.HoldsWrites = false;
        held.Abort();
        Pump.Until(bench.Loop, () => drained.IsCompleted);
        Check.Equal((6L, 7L), (bench.Port.WrittenBytes, bench.Port.DroppedBytes), "what it was sending is known to be broken off");
        List<byte> atDevice = AtDevice(bench);
        Check.True(bench.Port.TryWrite("new"u8));
        Pump.Until(bench.Loop, () => atDevice.Count >= 3);
        Check.Sequence("new"u8.ToArray(), atDevice);
        Check.Equal((9L, 7L, 0), (bench.Port.WrittenBytes, bench.Port.DroppedBytes, bench.Port.QueuedBytes));
        Check.Sequence(["connected " + bench.Port.Device], bench.Trace);
    }

    [Case]
    public void WriteThatFails_WithoutADiscard_IsAHangUp()
    {
        HeldStream? held = null;
        using var bench = new SerialBench(null, null, (path, options) => new SerialPortSource(path, options) { Wrap = stream => held = new HeldStream(stream) });
        bench.Port.Discard(SerialBuffers.Output); // before it, and so not the reason
        held!.HoldsWrites = true;
        Check.True(bench.Port.TryWrite("x"u8));
        Pump.Until(bench.Loop, () => held.IsWriting);
        held.Abort();
        Pump.Until(bench.Loop, () => bench.Trace.Count == 2);
        Check.Contains("disconnected", bench.Trace[1]);
    }

    [Case]
    public void Discard_Output_WhileTheLineTakesNothing_GoesOnWhenItDoes()
    {
        using SerialBench bench = PortsBench.Create();
        byte[] block = new byte[4096];
        int refused = 0;
        Pump.Until(bench.Loop, () => bench.Port.TryWrite(block) ? (refused = 0) > 0 : ++refused > 100); // all that is between here and the device is full
        long before = bench.Port.WrittenBytes + bench.Port.QueuedBytes;
        bench.Port.Discard(SerialBuffers.Output);
        Check.Equal(before, bench.Port.WrittenBytes + bench.Port.DroppedBytes, "each byte is counted once");
        Check.True(bench.Port.DroppedBytes > 0);
        Check.Equal(0, bench.Port.QueuedBytes);
        List<byte> atDevice = AtDevice(bench);
        Check.True(bench.Port.TryWrite("end"u8));
        Pump.Until(bench.Loop, () => atDevice.Count >= 3 && atDevice[^3..].SequenceEqual("end"u8.ToArray()));
        Check.Sequence(["connected " + bench.Port.Device], bench.Trace);
    }

    [Case]
    public void AddedAgain_WhileThePackageClosesItStill_TheLoopGoesOn_AndItOpensThen()
    {
        using var gate = new ManualResetEventSlim();
        using var bench = new SerialBench(null, null, (path, options) => new SerialPortSource(path, options) { Wrap = stream => new HeldStream(stream) { Closing = gate.Wait } });
        bench.Source.Remove();
        bool isConnected = false;
        SourceHandle again = bench.Loop.Add(bench.Port).On((in SerialConnected _, in EventInfo _) => isConnected = true);
        Pump.Ticks(bench.Loop, 100);
        Check.Equal((SourceState.Attached, false, false), (again.State, isConnected, bench.Port.IsOpen));
        Check.False(bench.Port.TryWrite("x"u8));
        Check.Contains("wait for SerialConnected", Check.Throws<IOException>(() => bench.Port.Discard(SerialBuffers.Both)).Message);
        again.Remove();
        again = bench.Loop.Add(bench.Port).On((in SerialConnected _, in EventInfo _) => isConnected = true);
        gate.Set();
        Pump.Until(bench.Loop, () => isConnected);
        Check.True(bench.Port.IsOpen);
        List<byte> atDevice = AtDevice(bench);
        Check.True(bench.Port.TryWrite("x"u8));
        Pump.Until(bench.Loop, () => atDevice.Count == 1);
    }

    [Case]
    public void AddedAgain_WithoutItsDevice_IsRetriedAsAlways()
    {
        using var gate = new ManualResetEventSlim();
        using var bench = new SerialBench(null, null, (path, options) => new SerialPortSource(path, options) { Wrap = stream => new HeldStream(stream) { Closing = gate.Wait } });
        var reported = new List<string>();
        bench.Loop.UnhandledException += context =>
        {
            reported.Add(context.Exception.Message);
            context.Handled = true;
        };
        bench.Source.Remove();
        bool isConnected = false;
        SourceHandle again = bench.Loop.Add(bench.Port, new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(5) }).On((in SerialConnected _, in EventInfo _) => isConnected = true);
        bench.Device.HangUp();
        gate.Set();
        Pump.Until(bench.Loop, () => again.State == SourceState.WaitingToRetry);
        Check.Equal(0, reported.Count, "that is no error");
        bench.Device.Reconnect();
        Pump.Until(bench.Loop, () => isConnected);
    }

    [Case]
    public void HangUp_WhileNothingIsReadOrWritten_IsSeen()
    {
        using SerialBench bench = PortsBench.Create();
        bench.Port.IsReading = false;
        long before = bench.Source.Counters.Dispatches;
        bench.Device.TryWrite("the read that had begun"u8);
        Pump.Until(bench.Loop, () => bench.Source.Counters.Dispatches > before); // it has come
        bench.Device.HangUp();
        Pump.Until(bench.Loop, () => bench.Trace.Count == 2);
        Check.Equal("disconnected " + bench.Port.Device + " after 23", bench.Trace[1], "what had come first is emitted before");
    }

    private static List<byte> AtDevice(SerialBench bench)
    {
        List<byte> bytes = [];
        bench.Loop.Add(bench.Device).On((in SerialData e, in EventInfo _) => bytes.AddRange(e.Bytes));
        return bytes;
    }

    // Of Linux: the kernel keeps the first 15 characters of a thread's name.
    private static int Threads(string name) =>
        Directory.GetDirectories("/proc/self/task").Count(task => Comm(task) == (name.Length > 15 ? name[..15] : name));

    private static string Comm(string task)
    {
        try
        {
            return File.ReadAllText(Path.Combine(task, "comm")).TrimEnd('\n');
        }
        catch (IOException)
        {
            return ""; // it has just ended
        }
    }
}
