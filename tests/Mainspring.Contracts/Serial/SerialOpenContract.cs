using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>Opening a serial device: what it is set to, and what refuses.</summary>
public sealed unsafe class SerialOpenContract
{
    [Case]
    public void Settings_ReadBack_AreThoseAskedFor()
    {
        Sys.NeedsLinux();
        using var device = new PseudoTerminal();
        foreach (int baud in (int[])[1, 50, 300, 9600, 115_200, 123_456, 250_000, 4_000_000, int.MaxValue])
        {
            foreach (StopBits stopBits in Enum.GetValues<StopBits>())
            {
                foreach (FlowControl flow in (FlowControl[])[FlowControl.None, FlowControl.RtsCts, FlowControl.XonXoff, FlowControl.RtsCts | FlowControl.XonXoff])
                {
                    var options = new SerialOptions { BaudRate = baud, StopBits = stopBits, FlowControl = flow, DataBits = 7, Parity = Parity.Even };
                    SerialDevice.Open(device.Path, options).Dispose();
                    Termios2 set = SerialDevice.Settings(device.FarEnd, device.Path);
                    Check.Equal(null, TerminalSettings.Difference(in set, options, hasNoLine: true));
                    Check.Equal((uint)baud, set.OutputRate);
                    Check.Equal((uint)baud, set.InputRate);
                    Check.Equal(stopBits == StopBits.Two, (set.Control & Termios2.TwoStopBits) != 0);
                    Check.Equal(flow.HasFlag(FlowControl.RtsCts), (set.Control & Termios2.RtsCts) != 0);
                    Check.Equal(flow.HasFlag(FlowControl.XonXoff), (set.Input & Termios2.XonXoffIn) != 0);
                    Check.Equal(flow.HasFlag(FlowControl.XonXoff), (set.Input & Termios2.XonXoffOut) != 0);
                    Check.True((set.Input & Termios2.CheckParity) != 0, "parity is checked");
                    Check.Equal(0u, set.Local | set.Output, "raw");
                    Check.Equal((byte)1, set.Special[Termios2.MinimumIndex]);
                    Check.Equal((byte)0, set.Special[Termios2.TimeIndex]);
                }
            }
        }
    }

    [Case]
    public void DataBitsAndParity_OfEveryKind_AreSet()
    {
        // A pseudo-terminal has neither: what would be set is compared with itself.
        (Parity Parity, uint Bits)[] parities =
        [
            (Parity.None, 0), (Parity.Even, 0x100), (Parity.Odd, 0x300), (Parity.Space, 0x40000100), (Parity.Mark, 0x40000300),
        ];
        for (int dataBits = 5; dataBits <= 8; dataBits++)
        {
            foreach ((Parity parity, uint bits) in parities)
            {
                var options = new SerialOptions { DataBits = dataBits, Parity = parity };
                Termios2 wanted = TerminalSettings.Raw(default, options);
                Check.Equal((uint)(dataBits - 5) << 4, wanted.Control & 0x30);
                Check.Equal(bits, wanted.Control & 0x40000300);
                Check.Equal(null, TerminalSettings.Difference(in wanted, options, hasNoLine: false));
                Check.Contains("data bits", TerminalSettings.Difference(in wanted, options with { DataBits = dataBits == 8 ? 5 : dataBits + 1 }, hasNoLine: false));
                Check.Contains("parity", TerminalSettings.Difference(in wanted, options with { Parity = parity == Parity.Odd ? Parity.Even : Parity.Odd }, hasNoLine: false));
            }
        }
    }

    [Case]
    public void DriverThatOffersAnotherRate_IsRefusedBeyond3Percent()
    {
        var options = new SerialOptions { BaudRate = 115_200 };
        Termios2 set = TerminalSettings.Raw(default, options);
        set.OutputRate = set.InputRate = 112_500;
        Check.Equal(null, TerminalSettings.Difference(in set, options, hasNoLine: true));
        set.OutputRate = set.InputRate = 111_000;
        Check.Equal("115200 baud (it offers 111000)", TerminalSettings.Difference(in set, options, hasNoLine: true));
        Check.Contains("stop", TerminalSettings.Difference(TerminalSettings.Raw(default, options), options with { StopBits = StopBits.Two }, hasNoLine: true));
        Check.Contains("flow", TerminalSettings.Difference(TerminalSettings.Raw(default, options), options with { FlowControl = FlowControl.RtsCts }, hasNoLine: true));
        Check.Contains("flow", TerminalSettings.Difference(TerminalSettings.Raw(default, options), options with { FlowControl = FlowControl.XonXoff }, hasNoLine: true));
    }

    [Case]
    public void Exclusive_RefusesASecondOpener_UntilTheFirstHasGone()
    {
        using var bench = new SerialBench();
        var second = new LinuxSerialPort(bench.Device.Path);
        IOException refusal = Check.Throws<IOException>(() => bench.Loop.Add(second));
        Check.Contains($"{bench.Device.Path}: in use by another program", refusal.Message);
        Check.Contains("fuser", refusal.Message);
        Check.Equal(1, bench.Loop.Counters.Sources);
        bench.Send("the first is not disturbed"u8);
        bench.Source.Remove();
        bench.Loop.Add(second);
        Check.True(second.IsOpen);
    }

    [Case]
    public void Exclusive_IsSetWhileOpen_AndNotAfterwards()
    {
        // The superuser may open what is exclusive, so that a refusal does not show it: the terminal's own flag does.
        using var bench = new SerialBench();
        Check.True(IsExclusive(bench.Device), "open");
        Check.Throws<IOException>(() => SerialDevice.Open(bench.Device.Path, new SerialOptions()));
        Check.True(IsExclusive(bench.Device), "a second opener that was refused has not undone it");
        bench.Source.Remove();
        Check.False(IsExclusive(bench.Device), "closed");
    }

    [Case]
    public void Exclusive_IsUndone_WhenTheSettingsAreRefused()
    {
        Sys.NeedsLinux();
        using var device = new PseudoTerminal();
        string path = $"/{device.Path}"; // no path of a pseudo-terminal by its looks, so that data bits count; it offers eight
        Check.Contains("7 data bits", Check.Throws<IOException>(() => SerialDevice.Open(path, new SerialOptions { DataBits = 7 })).Message);
        Check.False(IsExclusive(device));
        SerialDevice.Open(path, new SerialOptions()).Dispose();
    }

    [Case]
    public void Shared_AllowsASecondOpener()
    {
        using var bench = new SerialBench(new SerialOptions { Exclusive = false });
        var second = new LinuxSerialPort(bench.Device.Path, new SerialOptions { Exclusive = false });
        bench.Loop.Add(second);
        Check.True(second.IsOpen && bench.Port.IsOpen);
    }

    [Case]
    public void DeviceThatIsNotThere_SaysSo()
    {
        Refuses("/dev/ttyThatIsNotThere", "/dev/ttyThatIsNotThere: there is no such device");
        Refuses("/dev/null/tty", "/dev/null/tty: there is no such device");
    }

    [Case]
    public void DeviceThatIsNoTerminal_SaysSo()
    {
        Refuses("/dev/null", "/dev/null: is not a terminal");
        Refuses("/dev", "/dev: is not a terminal");
        string file = Path.GetTempFileName();
        Refuses(file, $"{file}: is not a terminal");
        File.Delete(file);
    }

    [Case]
    public void Multiplexer_SaysThatItIsNoLine() => Refuses("/dev/ptmx", "/dev/ptmx: makes pseudo-terminals");

    [Case]
    public void FarEndThatIsClosed_SaysSo()
    {
        Sys.NeedsLinux();
        var device = new PseudoTerminal();
        string path = device.Path;
        device.Dispose();
        Refuses(path, $"{path}: ");
    }

    [Case]
    public void Messages_SayWhatToDo()
    {
        (Errno Error, string Part)[] messages =
        [
            (Errno.Access, "permission denied; add the user to the group 'dialout'"), (Errno.Permission, "permission denied"), (Errno.Busy, "in use by another program"),
            (Errno.NoEntry, "no such device"), (Errno.NoAddress, "no device behind"), (Errno.NoDevice, "no device behind"), (Errno.InputOutput, "does not answer"),
            (Errno.TooManyOpen, "ulimit -n"), (Errno.ReadOnly, "read-only"),
        ];
        foreach ((Errno error, string part) in messages)
        {
            IOException exception = SerialErrors.Opening("/dev/ttyUSB0", error);
            Check.True(exception.Message.StartsWith("/dev/ttyUSB0: ", StringComparison.Ordinal));
            Check.Contains(part, exception.Message);
            Check.Equal(error.Number, exception.HResult);
        }
    }

    [Case]
    public void Attach_Twice_Throws()
    {
        using var bench = new SerialBench();
        using var other = new MainLoop();
        Check.Contains("attached already", Check.Throws<InvalidOperationException>(() => other.Add(bench.Port)).Message);
    }

    private static bool IsExclusive(PseudoTerminal device)
    {
        int isExclusive;
        Check.Equal(0, Libc.Control(device.FarEnd, Libc.GetExclusive, &isExclusive));
        return isExclusive != 0;
    }

    private static void Refuses(string device, string message)
    {
        Sys.NeedsLinux();
        using var loop = new MainLoop();
        var port = new LinuxSerialPort(device);
        Check.Contains(message, Check.Throws<IOException>(() => loop.Add(port)).Message);
        Check.False(port.IsOpen);
        Check.Equal(0, loop.Counters.Sources);
        port.Detach();
    }
}
