using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Ports;
using Mainspring.Devices.Simulation;

namespace Mainspring.Adapters.Ports;

/// <summary>The contract of serial ports, for the package's, at a pseudo-terminal.</summary>
public sealed class PortsSerialPortContract : SerialPortContract
{
    private string _folder = "";
    private PseudoTerminal _device = null!;

    private protected override int QuietWaits => PortsBench.QuietWaits;

    private protected override MainLoop CreateLoop(LoopOptions options) => new(options);

    private protected override ISerialPort CreatePort(SerialOptions options)
    {
        Sys.NeedsLinux();
        DisposeDevice();
        _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        _device = PseudoTerminal.At(Path.Combine(_folder, "device"));
        return new SerialPortSource(_device.Path, options);
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

/// <summary>What a serial port receives, for the package's.</summary>
public sealed class PortsReadContract : SerialReadContract
{
    /// <inheritdoc/>
    public override void HostFrames_216000_AllocateNothing() =>
        throw new SkipException("the package allocates a request for every read, on its own thread; that the loop's thread allocates nothing is a case of its own");

    private protected override SerialBench Bench(SerialOptions? options = null, LoopOptions? loop = null) => PortsBench.Create(options, loop);
}

/// <summary>What a serial port sends, for the package's.</summary>
public sealed class PortsWriteContract : SerialWriteContract
{
    private protected override int QuietWaits => PortsBench.QuietWaits;

    private protected override SerialBench Bench(SerialOptions? options = null, LoopOptions? loop = null) => PortsBench.Create(options, loop);
}

/// <summary>A device that goes away and comes back, for the package's port.</summary>
public sealed class PortsReconnectContract : SerialReconnectContract
{
    /// <inheritdoc/>
    public override void HangUp_ComesAfterAllThatReadReturned_Once() => throw new SkipException("the package opens terminals only, and those discard at a hang-up what was unread; a pipe would keep it");

    /// <inheritdoc/>
    public override void Write_ToADeviceThatIsGone_EndsAsAHangUp_AndIsCounted()
    {
        using SerialBench bench = Bench();
        bench.Device.HangUp();
        bench.Port.TryWrite("lost"u8);
        Pump.Until(bench.Loop, () => bench.Trace.Count == 2);
        Check.Equal(4L, bench.Port.WrittenBytes + bench.Port.DroppedBytes, "the package was given them, or they were dropped");
        Check.Equal(0, bench.Port.QueuedBytes);
        Check.False(bench.Port.TryWrite("x"u8), "now it knows");
    }

    private protected override SerialBench Bench(SerialOptions? options = null, LoopOptions? loop = null) => PortsBench.Create(options, loop);
}

/// <summary>The source contract, for the package's port that reads lines.</summary>
public sealed class PortsSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new PortsRig();
}

/// <summary>The package's port and its device in the hands of the contract: every line is an event.</summary>
internal sealed class PortsRig : SourceRig
{
    private readonly string _folder;
    private readonly PseudoTerminal _device;
    private readonly SerialPortSource _port;
    private int _owed; // until the last use has been closed, and the port is open again

    public PortsRig()
    {
        Sys.NeedsLinux();
        _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        _device = PseudoTerminal.At(Path.Combine(_folder, "device"));
        _port = new SerialPortSource(_device.Path, new SerialOptions { ReadBufferSize = 7, Framing = new LineFraming(10) });
    }

    public override IEventSource Source => _port;

    public override void Produce(int events)
    {
        if (!_port.IsOpen)
        {
            _owed += events;
            return;
        }

        for (int i = 0; i < events; i++)
        {
            Check.True(_device.TryWrite("a\n"u8));
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) => source
        .On((in SerialLine _, in EventInfo info) => onEvent(info))
        .On((in SerialConnected _, in EventInfo _) =>
        {
            int owed = _owed;
            _owed = 0;
            Produce(owed);
        });

    public override void Break() => _device.HangUp();

    public override void Restore() => _device.Reconnect();

    public override void Dispose()
    {
        _port.Detach();
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
