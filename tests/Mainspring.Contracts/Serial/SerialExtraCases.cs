using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts;

/// <summary>What a serial line of Linux has beside its data, and where a pseudo-terminal refuses it.</summary>
public sealed class SerialExtraCases
{
    [Case]
    public void LowLatency_OfAPseudoTerminal_IsRefusedInWords()
    {
        using var bench = new SerialBench();
        bench.Source.Remove();
        IOException refusal = Check.Throws<IOException>(() => bench.Loop.Add(new LinuxSerialPort(bench.Device.Path, new SerialOptions { LowLatency = true })));
        Check.Contains($"{bench.Device.Path}: its driver has no low-latency flag", refusal.Message);
        bench.Loop.Add(new LinuxSerialPort(bench.Device.Path));
    }

    [Case]
    public void ModemLines_OfAPseudoTerminal_AreRefusedInWords()
    {
        using var bench = new SerialBench();
        Check.Contains("has no modem lines", Check.Throws<IOException>(() => _ = bench.Port.ModemLines).Message);
        Check.Contains("to set Rts was refused", Check.Throws<IOException>(() => bench.Port.SetModemLines(ModemLines.Rts, 0)).Message);
        bench.Source.Remove();
        var watching = new LinuxSerialPort(bench.Device.Path, new SerialOptions { StatusPeriod = TimeSpan.FromMilliseconds(10) });
        Check.Contains("SerialOptions.StatusPeriod", Check.Throws<IOException>(() => bench.Loop.Add(watching)).Message);
        Check.False(watching.IsOpen);
        Check.Contains("not open", Check.Throws<IOException>(() => _ = watching.ModemLines).Message);
    }

    [Case]
    public void CarrierAndHangUpOptions_AreThoseOfTermios()
    {
        Termios2 before = default;
        before.Control = Termios2.HangUpOnClose;
        Check.True((TerminalSettings.Raw(before, new SerialOptions()).Control & Termios2.HangUpOnClose) != 0, "left as it was");
        Check.True((TerminalSettings.Raw(before, new SerialOptions { HangUpOnClose = false }).Control & Termios2.HangUpOnClose) == 0);
        Check.True((TerminalSettings.Raw(default, new SerialOptions { HangUpOnClose = true }).Control & Termios2.HangUpOnClose) != 0);
        Check.True((TerminalSettings.Raw(before, new SerialOptions()).Control & Termios2.IgnoreModemLines) != 0);
        Check.True((TerminalSettings.Raw(before, new SerialOptions { HangUpOnCarrierLoss = true }).Control & Termios2.IgnoreModemLines) == 0);
        Check.Equal(Termios2.MarkErrors | Termios2.CheckParity, TerminalSettings.Raw(before, new SerialOptions()).Input);
        Check.Equal(Termios2.IgnoreBreak, TerminalSettings.Raw(before, new SerialOptions { MarkErrors = false }).Input);
    }

    [Case]
    public void ReturnedDevice_IsOpenedAtOnce_ByAWatchOfItsFolder()
    {
        using var bench = new SerialBench();
        bench.Source.Remove();
        var patient = new RetryPolicy { InitialDelay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) };
        var trace = new List<string>();
        SourceHandle source = bench.Loop.Add(bench.Port, patient)
            .On((in SerialConnected _, in EventInfo _) => trace.Add("connected"))
            .On((in SerialDisconnected _, in EventInfo _) => trace.Add("disconnected"));
        var watch = new DeviceFolderWatch(Path.GetDirectoryName(bench.Device.Path)!);
        bench.Loop.Add(watch);
        watch.Reopen(source, bench.Device.Path);
        Pump.Until(bench.Loop, () => trace.Count == 1);
        for (int turn = 1; turn <= 3; turn++)
        {
            bench.Device.HangUp();
            Pump.Until(bench.Loop, () => trace.Count == 2 * turn);
            bench.Device.Reconnect();
            Pump.Until(bench.Loop, () => trace.Count == (2 * turn) + 1);
        }
    }

    [Case]
    public void List_NamesPathStablePathDriverAndUsbDevice()
    {
        Sys.NeedsLinux();
        string root = Directory.CreateTempSubdirectory("mainspring-").FullName;
        try
        {
            // As in sysfs: every step is a link, relative to where the one before leads.
            string usb = Folder(root, "sys/devices/usb1/1-2");
            Folder(root, "sys/devices/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0");
            Folder(root, "sys/bus/usb/drivers/ftdi_sio");
            Folder(root, "sys/devices/platform/serial8250/tty/ttyS0");
            Folder(root, "sys/devices/platform/serial8250/tty/ttyS1");
            Folder(root, "sys/devices/virtual/tty/tty1");
            string tty = Folder(root, "sys/class/tty");
            foreach ((string name, string target) in new[]
            {
                ("ttyUSB0", "../../devices/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0"), ("ttyS0", "../../devices/platform/serial8250/tty/ttyS0"),
                ("ttyS1", "../../devices/platform/serial8250/tty/ttyS1"), ("tty1", "../../devices/virtual/tty/tty1"),
            })
            {
                File.CreateSymbolicLink(Path.Combine(tty, name), target);
            }

            File.CreateSymbolicLink(Path.Combine(tty, "ttyUSB0/device"), "../../../ttyUSB0");
            File.CreateSymbolicLink(Path.Combine(tty, "ttyS0/device"), "../../../serial8250");
            File.CreateSymbolicLink(Path.Combine(tty, "ttyS1/device"), "../../../serial8250");
            File.CreateSymbolicLink(Path.Combine(root, "sys/devices/usb1/1-2/1-2:1.0/ttyUSB0/driver"), "../../../../../bus/usb/drivers/ftdi_sio");
            File.WriteAllText(Path.Combine(tty, "ttyS0/type"), "4\n");
            File.WriteAllText(Path.Combine(tty, "ttyS1/type"), "0\n"); // no chip
            foreach ((string file, string text) in new[] { ("idVendor", "0403"), ("idProduct", "6001"), ("serial", "A50285BI"), ("manufacturer", "FTDI"), ("product", "FT232R") })
            {
                File.WriteAllText(Path.Combine(usb, file), $"{text}\n");
            }

            string dev = Folder(root, "dev/serial/by-id");
            foreach (string name in new[] { "ttyUSB0", "ttyS0", "ttyS1", "tty1" })
            {
                File.WriteAllText(Path.Combine(root, "dev", name), "");
            }

            string link = Path.Combine(dev, "usb-FTDI_FT232R_A50285BI-if00-port0");
            File.CreateSymbolicLink(link, "../../ttyUSB0");
            Check.Sequence(
                [
                    new SerialPortInfo(Path.Combine(root, "dev/ttyS0"), null, null, null, null, null, null),
                    new SerialPortInfo(Path.Combine(root, "dev/ttyUSB0"), link, "ftdi_sio", 0x0403, 0x6001, "A50285BI", "FTDI FT232R"),
                ],
                SerialPortList.Read(tty, Path.Combine(root, "dev")));
            Check.Equal(0, SerialPortList.Read(Path.Combine(root, "none"), root).Count);
            Check.True(LinuxSerialPort.List().All(static line => line.Path.StartsWith("/dev/tty", StringComparison.Ordinal)));
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static string Folder(string root, string path) => Directory.CreateDirectory(Path.Combine(root, path)).FullName;
}
