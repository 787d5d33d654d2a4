using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>The contract of serial ports, for the kernel's, at a pseudo-terminal.</summary>
public sealed class LinuxSerialPortContract : SerialPortContract
{
    private string _folder = "";
    private PseudoTerminal _device = null!;

    private protected override MainLoop CreateLoop(LoopOptions options) => new(options);

    private protected override ISerialPort CreatePort(SerialOptions options)
    {
        Sys.NeedsLinux();
        DisposeDevice();
        _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        _device = PseudoTerminal.At(Path.Combine(_folder, "device"));
        return new LinuxSerialPort(_device.Path, options);
    }

    private protected override void Send(ReadOnlySpan<byte> bytes) => Check.True(_device.TryWrite(bytes));

    private protected override void Take() => Loop.Add(_device).On((in SerialData e, in EventInfo _) => AtDevice.AddRange(e.Bytes));

    private protected override void Unplug() => _device.HangUp();

    private protected override void Plug() => _device.Reconnect();

    private protected override void DisposeDevice()
    {
        if (_folder.Length > 0)
        {
            _device.Dispose();
            Directory.Delete(_folder, recursive: true);
        }
    }
}

/// <summary>The contract of serial ports, for a simulated one in real time.</summary>
public class SimulatedSerialPortContract : SerialPortContract
{
    private SimulatedSerialPort _port = null!;

    private protected override MainLoop CreateLoop(LoopOptions options) => new(options);

    private protected override ISerialPort CreatePort(SerialOptions options)
    {
        _port = new SimulatedSerialPort("simulated", options);
        _port.Peer.IsTaking = false;
        return _port;
    }

    private protected override void Send(ReadOnlySpan<byte> bytes) => _port.Peer.Send(bytes);

    private protected override void Take()
    {
        _port.Peer.Received = bytes => AtDevice.AddRange(bytes);
        _port.Peer.IsTaking = true;
    }

    private protected override void Unplug() => _port.Peer.Unplug();

    private protected override void Plug() => _port.Peer.Plug();

    private protected override void DisposeDevice()
    {
    }
}

/// <summary>The contract of serial ports, for a simulated one on a virtual clock.</summary>
public sealed class VirtualSerialPortContract : SimulatedSerialPortContract
{
    private protected override MainLoop CreateLoop(LoopOptions options) => new(options with { Clock = new VirtualClock() });
}

/// <summary>The source contract, for a simulated serial port.</summary>
public class SimulatedSerialSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SimulatedSerialRig();
}

/// <summary>The source contract, for a simulated serial port on a virtual clock.</summary>
public sealed class VirtualSerialSourceContract : SimulatedSerialSourceContract
{
    /// <inheritdoc/>
    protected override MainLoop CreateLoop(LoopOptions options) => new(options with { Clock = new VirtualClock() });
}

/// <summary>A simulated serial port in the hands of the contract: every line is an event.</summary>
internal sealed class SimulatedSerialRig : SourceRig
{
    private readonly SimulatedSerialPort _port = new("simulated", new SerialOptions { ReadBufferSize = 7, Framing = new LineFraming(10) });

    public override IEventSource Source => _port;

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            _port.Peer.Send("a\n"u8);
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in SerialLine _, in EventInfo info) => onEvent(info));

    public override void Break() => _port.Peer.Unplug();

    public override void Restore() => _port.Peer.Plug();

    public override void Dispose()
    {
    }
}
