using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>The source contract, for the lines of a simulated chip in real time.</summary>
public sealed class GpioSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SimulatedGpioRig();
}

/// <summary>The source contract, for the lines of a simulated chip on a virtual clock.</summary>
public sealed class VirtualGpioSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SimulatedGpioRig();

    /// <inheritdoc/>
    protected override MainLoop CreateLoop(LoopOptions options) => new(options with { Clock = new VirtualClock() });
}

/// <summary>A simulated chip in the hands of the contract: it toggles its lines in turn.</summary>
internal sealed class SimulatedGpioRig : SourceRig
{
    private readonly SimulatedGpioChip _chip = new(4);
    private int _toggles;

    public SimulatedGpioRig() => Source = _chip.CreateLines(new GpioOptions
    {
        Lines = [.. Enumerable.Range(0, 4).Select(static line => GpioLine.Input(line) with { Edges = GpioEdges.Both })],
        EventBufferSize = 128,
    });

    public override IEventSource Source { get; }

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            int line = _toggles++ % 4;
            _chip.Drive(line, !_chip.Level(line));
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) => source.On((in GpioEdge _, in EventInfo info) => onEvent(info));

    public override void Break() => _chip.Remove();

    public override void Restore() => _chip.Restore();

    public override void Dispose()
    {
    }
}
