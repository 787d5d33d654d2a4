using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a terminal in which keys are pressed.</summary>
public sealed class TerminalSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new TerminalRig();
}

/// <summary>A terminal in the hands of the contract: every key is an event. Enter is one that types nothing.</summary>
internal sealed class TerminalRig : SourceRig
{
    private readonly string _folder;
    private readonly PseudoTerminal _device;
    private readonly LinuxTerminal _terminal;

    public TerminalRig()
    {
        Sys.NeedsLinux();
        _folder = Directory.CreateTempSubdirectory("mainspring-").FullName;
        _device = PseudoTerminal.At(Path.Combine(_folder, "terminal"));
        _terminal = new LinuxTerminal(_device.Path);
    }

    public override IEventSource Source => _terminal;

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            Check.True(_device.TryWrite("\e[1;5A"u8));
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in TerminalKey _, in EventInfo info) => onEvent(info));

    public override void Break() => _device.HangUp();

    public override void Restore() => _device.Reconnect();

    public override void Dispose()
    {
        _terminal.Dispose();
        _device.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
