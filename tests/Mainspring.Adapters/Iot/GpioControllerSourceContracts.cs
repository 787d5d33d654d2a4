using System.Device.Gpio;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Iot;
using Mainspring.Samples;

namespace Mainspring.Adapters.Iot;

/// <summary>The source contract, for lines of a controller in real time.</summary>
public sealed class GpioControllerSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new ControllerRig();
}

/// <summary>The source contract, for lines of a controller on a virtual clock.</summary>
public sealed class VirtualGpioControllerSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new ControllerRig();

    /// <inheritdoc/>
    protected override MainLoop CreateLoop(LoopOptions options) => new(options with { Clock = new VirtualClock() });
}

/// <summary>A controller over a simulated driver in the hands of the contract: it toggles its pins in turn, once the lines are there.</summary>
internal sealed class ControllerRig : SourceRig
{
    private readonly SimulatedGpioDriver _driver = new(4);
    private readonly GpioControllerSource _lines;
    private int _toggles;
    private int _owed; // until the lines have been given back by their last use, and opened

    public ControllerRig() => _lines = new GpioControllerSource("rig", () => new GpioController(_driver), new GpioOptions
    {
        Lines = [.. Enumerable.Range(0, 4).Select(static line => GpioLine.Input(line) with { Edges = GpioEdges.Both })],
        EventBufferSize = 128,
    });

    public override IEventSource Source => _lines;

    public override void Produce(int events)
    {
        if (!_lines.IsOpen)
        {
            _owed += events;
            return;
        }

        for (int i = 0; i < events; i++)
        {
            int pin = _toggles++ % 4;
            _driver.Drive(pin, !_driver.IsHigh(pin));
        }
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) => source
        .On((in GpioEdge _, in EventInfo info) => onEvent(info))
        .On((in GpioConnected _, in EventInfo _) =>
        {
            int owed = _owed;
            _owed = 0;
            Produce(owed);
        });

    public override void Break()
    {
        _driver.Remove();
        try
        {
            _lines.ReadAll(); // a driver tells it only who asks
        }
        catch (IOException)
        {
        }
    }

    public override void Restore() => _driver.Remove(false);

    public override void Dispose() => _driver.Dispose();
}
