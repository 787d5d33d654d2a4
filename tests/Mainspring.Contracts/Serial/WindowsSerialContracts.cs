using System.Runtime.Versioning;
using Mainspring.Devices;
using Mainspring.Devices.Windows;

namespace Mainspring.Contracts;

/// <summary>The contract of serial ports, for those of Windows.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsSerialPortContract : SerialPortContract
{
    private ComPeer? _peer;

    private protected override int QuietWaits => 20;

    private protected override MainLoop CreateLoop(LoopOptions options) => new(options);

    private protected override ISerialPort CreatePort(SerialOptions options)
    {
        DisposeDevice();
        _peer = new ComPeer();
        _peer.Plug();
        return new WindowsSerialPort(_peer.Name, options);
    }

    private protected override void Send(ReadOnlySpan<byte> bytes) => _peer!.Send(bytes);

    private protected override void Take() => _peer!.Take(bytes => Loop.TryPost(() => AtDevice.AddRange(bytes)));

    private protected override void Unplug() => _peer!.Unplug();

    private protected override void Plug() => _peer!.Plug();

    private protected override void DisposeDevice() => _peer?.Dispose();
}

/// <summary>The source contract, for a serial port of Windows that reads lines.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsSerialSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new WindowsSerialRig();
}

/// <summary>A serial port of Windows and its device in the hands of the contract: every line is an event.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsSerialRig : SourceRig
{
    private readonly ComPeer _peer;
    private readonly WindowsSerialPort _port;

    public WindowsSerialRig()
    {
        _peer = new ComPeer();
        _peer.Plug();
        _port = new WindowsSerialPort(_peer.Name, new SerialOptions { ReadBufferSize = 7, Framing = new LineFraming(10) });
    }

    public override IEventSource Source => _port;

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            _peer.Send("a\n"u8);
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in SerialLine _, in EventInfo info) => onEvent(info));

    public override void Break() => _peer.Unplug();

    public override void Restore() => _peer.Plug();

    public override void Dispose()
    {
        _port.Detach();
        _peer.Dispose();
    }
}

/// <summary>What is of Windows alone in its serial ports.</summary>
[SupportedOSPlatform("windows")]
public sealed class WindowsSerialCases
{
    [Case]
    public void APortThatIsNotThere_SaysSo()
    {
        Sys.NeedsWindows();
        using MainLoop loop = Loops.New();
        Check.Contains("COM254: there is no such port", Check.Throws<IOException>(() => loop.Add(new WindowsSerialPort("COM254"))).Message);
        Check.Equal(0, loop.Counters.Sources);
    }

    [Case]
    public void SomethingElse_IsNoPort()
    {
        Sys.NeedsWindows();
        using MainLoop loop = Loops.New();
        Check.Contains("NUL: is not a serial port", Check.Throws<IOException>(() => loop.Add(new WindowsSerialPort("NUL"))).Message);
    }

    [Case]
    public void Options_ThatWindowsDoesNotOffer_AreRefusedAtOnce()
    {
        Sys.NeedsWindows();
        foreach (SerialOptions options in (SerialOptions[])[new() { LowLatency = true }, new() { HangUpOnCarrierLoss = true }, new() { HangUpOnClose = false }, new() { Exclusive = false }])
        {
            Check.Contains("COM1: Windows does not offer SerialOptions.", Check.Throws<NotSupportedException>(() => new WindowsSerialPort("COM1", options)).Message);
        }
    }

    [Case]
    public void Elsewhere_ThePortSaysWhatToUse()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new SkipException("this is Windows");
        }

#pragma warning disable CA1416 // what it says to who calls it elsewhere
        Check.Contains("LinuxSerialPort", Check.Throws<PlatformNotSupportedException>(() => new WindowsSerialPort("COM1")).Message);
#pragma warning restore CA1416
    }

    [Case]
    public void Settings_AreThoseAskedFor()
    {
        foreach (Parity parity in Enum.GetValues<Parity>())
        {
            foreach (StopBits stopBits in Enum.GetValues<StopBits>())
            {
                for (int bits = 5; bits <= 8; bits++)
                {
                    var options = new SerialOptions { BaudRate = 250_000, Parity = parity, StopBits = stopBits, DataBits = bits };
                    SerialAbi.DeviceControl state = default;
                    SerialDevice.Fill(ref state, options);
                    Check.Equal(null, SerialDevice.Difference(in state, options));
                    Check.Equal(250_000u, state.BaudRate);
                    Check.Contains("data bits", SerialDevice.Difference(in state, options with { DataBits = bits == 8 ? 5 : bits + 1 }));
                    Check.Contains("parity", SerialDevice.Difference(in state, options with { Parity = parity == Parity.Odd ? Parity.Even : Parity.Odd }));
                    Check.Contains("it offers 250000", SerialDevice.Difference(in state, options with { BaudRate = 115_200 }));
                }
            }
        }
    }

    [Case]
    public void FlowControl_AndLines_AreBitsOfTheControlBlock()
    {
        (SerialOptions Options, uint Flags)[] all =
        [
            (new(), 0x1011), (new() { Dtr = false }, 0x1001), (new() { Rts = false }, 0x0011), (new() { Parity = Parity.Even }, 0x1013),
            (new() { FlowControl = FlowControl.RtsCts, Rts = false }, 0x2015), (new() { FlowControl = FlowControl.XonXoff }, 0x1391),
        ];
        foreach ((SerialOptions options, uint flags) in all)
        {
            SerialAbi.DeviceControl state = default;
            SerialDevice.Fill(ref state, options);
            Check.Equal(flags, state.Flags, options.ToString());
        }
    }

    [Case]
    public void NamesOfDevices_TellVendorProductAndSerialNumber()
    {
        Check.Equal((0x0403, 0x6001, "A50285BI"), SerialPortList.NumbersIn(@"USB\VID_0403&PID_6001\A50285BI"));
        Check.Equal((0x0403, 0x6001, "A50285BIA"), SerialPortList.NumbersIn(@"FTDIBUS\VID_0403+PID_6001+A50285BIA\0000"));
        Check.Equal((0x1A86, 0x7523, null), SerialPortList.NumbersIn(@"USB\VID_1A86&PID_7523\5&2A4F8E2&0&3"));
        Check.Equal((null, null, null), SerialPortList.NumbersIn(@"ACPI\PNP0501\1"));
    }

    [Case]
    public void NamesOfPorts_EndAtTheirFirstZero()
    {
        Check.Equal("COM3", SerialPortList.Name("COM3"));
        Check.Equal("COM3", SerialPortList.Name("COM3\0"));
        Check.Equal("COM13", SerialPortList.Name("COM13\0\0?x"));
        foreach (object? none in (object?[])[null, "", "\0COM3", " ", 3, (string[])["COM3"]])
        {
            Check.Equal(null, SerialPortList.Name(none));
        }
    }

    [Case]
    public void Refusals_SayWhatToDo()
    {
        const int FileNotFound = 2, AccessDenied = 5, InvalidHandle = 6, GeneralFailure = 31, InvalidParameter = 87, SemaphoreTimeout = 121;
        Check.Contains("COM3: there is no such port", SerialErrors.Opening("COM3", FileNotFound).Message);
        Check.Contains("COM3: in use by another program", SerialErrors.Opening("COM3", AccessDenied).Message);
        Check.Contains("Bluetooth", SerialErrors.Opening("COM3", SemaphoreTimeout).Message);
        Check.Contains("is not a serial port", SerialErrors.Asking("NUL", InvalidHandle).Message);
        Check.Contains("the device does not answer", SerialErrors.Asking("COM3", GeneralFailure).Message);
        Check.Contains("does not take 7 baud", SerialErrors.Unsupported("COM3", "7 baud", InvalidParameter).Message);
        Check.Contains("the device does not answer", SerialErrors.Unsupported("COM3", "7 baud", GeneralFailure).Message);
        Check.Equal(unchecked((int)0x80070005), SerialErrors.Opening("COM3", AccessDenied).HResult);
    }

    [Case]
    public void AWrite_GoesOn_WhenTheThreadThatBeganItHasEnded()
    {
        using var peer = new ComPeer();
        peer.Plug();
        using MainLoop loop = Loops.New();
        var port = new WindowsSerialPort(peer.Name, new SerialOptions { WriteQueueSize = 100_000 });
        byte[] sent = new byte[100_000];
        new Random(5).NextBytes(sent);
        bool isConnected = false;
        Worker.Run(() => // whose operations the system ends with it
        {
            loop.Add(port).On((in SerialConnected _, in EventInfo _) => isConnected = true);
            Pump.Until(loop, () => isConnected);
            Check.True(port.TryWrite(sent));
            Pump.Ticks(loop, 20);
        });
        Check.True(port.QueuedBytes > 0, "nobody takes it");
        var arrived = new List<byte>();
        peer.Take(bytes => loop.TryPost(() => arrived.AddRange(bytes)));
        Pump.Until(loop, () => arrived.Count >= sent.Length);
        Check.True(sent.AsSpan().SequenceEqual(arrived.ToArray()), "what arrives is what was sent");
    }

    [Case]
    public void List_NamesPorts()
    {
        Sys.NeedsWindows();
        foreach (SerialPortInfo port in WindowsSerialPort.List())
        {
            Check.True(port.Path.StartsWith("COM", StringComparison.Ordinal), port.ToString());
        }
    }
}
