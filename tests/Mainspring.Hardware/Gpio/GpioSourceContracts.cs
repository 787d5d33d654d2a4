using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.Gpio;

/// <summary>The source contract, for the lines of a chip of the kernel.</summary>
public sealed class LinuxGpioSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new GpioSimRig();
}

/// <summary>
/// A chip of gpio-sim in the hands of the contract: it toggles its lines in turn, on one processor, so that no two edges of one line meet in the kernel. It has few lines: for each
/// chip that was removed while its lines were requested the kernel 6.1 keeps their numbers for ever, and it has 512.
/// </summary>
internal sealed class GpioSimRig : SourceRig
{
    private const int Lines = 8;

    private readonly GpioSim _sim = new(Lines, "contract");
    private readonly bool[] _levels = new bool[Lines];
    private int _toggles;

    public GpioSimRig() => Source = new LinuxGpioLines("contract", new GpioOptions
    {
        Consumer = "rig",
        Lines = [.. Enumerable.Range(0, Lines).Select(static line => GpioLine.Input(line) with { Edges = GpioEdges.Both })],
    });

    public override IEventSource Source { get; }

    public override int Sources => 2; // and the watch of its node

    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            int line = _toggles++ % Lines;
            _levels[line] = !_levels[line];
            _sim.Drive(line, _levels[line]);
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent)
    {
        OneProcessor.TakeThisThread();
        OneProcessor.TakeThreadsOf("rig", Lines);
        source.On((in GpioEdge _, in EventInfo info) => onEvent(info));
        source.On((in GpioConnected _, in EventInfo _) => OneProcessor.TakeThreadsOf("rig", Lines)); // new ones
    }

    public override void Break() => _sim.Remove();

    public override void Restore()
    {
        _sim.Restore();
        Array.Clear(_levels);
    }

    public override void Dispose()
    {
        Source.Detach();
        _sim.Dispose();
    }
}
