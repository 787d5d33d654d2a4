using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a serial port that reads lines.</summary>
public sealed class SerialPortSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SerialPortRig();
}

/// <summary>The source contract, for the device's end of a pseudo-terminal.</summary>
public sealed class PseudoTerminalSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new PseudoTerminalRig();
}

/// <summary>The source contract, for a scripted source in real time.</summary>
public sealed class ScriptedSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new ScriptedRig();
}

/// <summary>The source contract, for a scripted source on a virtual clock.</summary>
public sealed class VirtualScriptedSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new ScriptedRig();

    /// <inheritdoc/>
    protected override MainLoop CreateLoop(LoopOptions options) => new(options with { Clock = new VirtualClock() });
}

/// <summary>A serial port and its device in the hands of the contract: every line is an event.</summary>
internal sealed class SerialPortRig : SourceRig
{
    private readonly string _folder;
    private readonly PseudoTerminal _device;
    private readonly LinuxSerialPort _port;

    public SerialPortRig()
    {
        Sys.NeedsLinux();
        _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        _device = PseudoTerminal.At(Path.Combine(_folder, "device"));
        _port = new LinuxSerialPort(_device.Path, new SerialOptions { ReadBufferSize = 7, Framing = new LineFraming(10) });
    }

    public override IEventSource Source => _port;

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            Check.True(_device.TryWrite("a\n"u8));
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in SerialLine _, in EventInfo info) => onEvent(info));

    public override void Break() => _device.HangUp();

    public override void Restore() => _device.Reconnect();

    public override void Dispose()
    {
        _port.Detach();
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

/// <summary>The device's end of a pseudo-terminal in the hands of the contract: it reads byte by byte, so that every byte is an event.</summary>
internal sealed class PseudoTerminalRig : SourceRig
{
    private readonly PseudoTerminal _device;
    private SafeFileHandle _program;

    public PseudoTerminalRig()
    {
        Sys.NeedsLinux();
        _device = new PseudoTerminal(null, readBufferSize: 1);
        _program = SerialDevice.Open(_device.Path);
    }

    public override IEventSource Source => _device;

    public override void Produce(int events) => Sys.Write(_program, events);

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in SerialData _, in EventInfo info) => onEvent(info));

    public override void Break() => _device.HangUp();

    public override void Restore()
    {
        _device.Reconnect();
        _program.Dispose();
        _program = SerialDevice.Open(_device.Path);
    }

    public override void Dispose()
    {
        _program.Dispose();
        _device.Dispose();
    }
}

/// <summary>A scripted source in the hands of the contract.</summary>
internal sealed class ScriptedRig : SourceRig
{
    private readonly ScriptedSource<int> _source = new();

    public override IEventSource Source => _source;

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            _source.At(TimeSpan.Zero, i);
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in int _, in EventInfo info) => onEvent(info));

    public override void Break() => _source.Failure = new IOException("The scripted device is broken.");

    public override void Restore() => _source.Failure = null;

    public override void Dispose()
    {
    }
}
