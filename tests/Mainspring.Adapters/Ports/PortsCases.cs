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
        Check.Contains("123456 baud", Check.Throws<IOException>(() => loop.Add(new SerialPortSource(device.Path, new SerialOptions { BaudRate = 123_456 }))).Message);
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
