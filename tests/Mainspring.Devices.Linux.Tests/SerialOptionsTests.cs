namespace Mainspring.Devices.Linux.Tests;

/// <summary>What serial options refuse, and how they say it.</summary>
public sealed class SerialOptionsTests
{
    [Fact]
    public void Defaults_AreThoseOfMostDevices()
    {
        var options = new SerialOptions();
        Assert.Equal(
            (9600, 8, Parity.None, StopBits.One, FlowControl.None, true),
            (options.BaudRate, options.DataBits, options.Parity, options.StopBits, options.FlowControl, options.Exclusive));
        Assert.Equal((4096, 65536), (options.ReadBufferSize, options.WriteQueueSize));
        Assert.Null(options.Framing);
    }

    [Fact]
    public void EveryValueOutOfRange_NamesTheOptionAndTheValue()
    {
        Refused("BaudRate", "0", static () => new SerialOptions { BaudRate = 0 });
        Refused("BaudRate", "-9600", static () => new SerialOptions { BaudRate = -9600 });
        Refused("DataBits", "4", static () => new SerialOptions { DataBits = 4 });
        Refused("DataBits", "9", static () => new SerialOptions { DataBits = 9 });
        Refused("Parity", "5", static () => new SerialOptions { Parity = (Parity)5 });
        Refused("StopBits", "2", static () => new SerialOptions { StopBits = (StopBits)2 });
        Refused("FlowControl", "4", static () => new SerialOptions { FlowControl = (FlowControl)4 });
        Refused("ReadBufferSize", "0", static () => new SerialOptions { ReadBufferSize = 0 });
        Refused("WriteQueueSize", "67108865", static () => new SerialOptions { WriteQueueSize = SerialOptions.MaxBufferSize + 1 });
    }

    [Fact]
    public void LineFraming_NeedsALimit()
    {
        Assert.Contains("maxLength", Assert.Throws<ArgumentOutOfRangeException>(static () => new LineFraming(0)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(static () => new LineFraming(LineFraming.MaxMaxLength + 1));
        Assert.Equal(80, new LineFraming(80).MaxLength);
    }

    [Fact]
    public void Device_IsNeeded()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        Assert.Throws<ArgumentException>(static () => new LinuxSerialPort(""));
        var port = new LinuxSerialPort("/dev/ttyUSB0");
        Assert.Equal(("serial:/dev/ttyUSB0", "/dev/ttyUSB0", false), (port.Name, port.Device, port.IsOpen));
        Assert.False(port.TryWrite("x"u8));
        Assert.Throws<InvalidOperationException>(() => port.Handle);
        port.Detach();
    }

    private static void Refused(string option, string value, Func<SerialOptions> make)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(make);
        Assert.Equal(option, exception.ParamName);
        Assert.StartsWith($"SerialOptions.{option} is {value}; it has to be ", exception.Message, StringComparison.Ordinal);
    }
}
