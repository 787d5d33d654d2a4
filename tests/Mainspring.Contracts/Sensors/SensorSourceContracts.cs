using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a sensor that is read on the thread pool.</summary>
public sealed class SensorSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SensorRig(new SensorBus("rig"));
}

/// <summary>The source contract, for a sensor that is read on another thread while a virtual clock stands still.</summary>
public sealed class VirtualSensorSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SensorRig(new SensorBus("rig"));

    /// <inheritdoc/>
    protected override MainLoop CreateLoop(LoopOptions options) => new(options with { Clock = new VirtualClock() });
}

/// <summary>The source contract, for a sensor whose bus needs no other thread.</summary>
public sealed class ImmediateSensorSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SensorRig(new ImmediateBus());

    private sealed class ImmediateBus : ISensorBus
    {
        public LoopTask RunAsync(MainLoop loop, Action work)
        {
            work();
            return default;
        }
    }
}

/// <summary>A sensor in the hands of the contract: it is read as often as there are values wanted.</summary>
internal sealed class SensorRig : SourceRig
{
    private readonly SensorSource<bool> _sensor;
    private int _wanted;
    private long _last;
    private volatile bool _isBroken;

    public SensorRig(ISensorBus bus) => _sensor = new SensorSource<bool>("rig", Read, new SensorOptions { Period = null, FailuresUntilGone = 1, Bus = bus });

    public override IEventSource Source => _sensor;

    public override bool AttachFailsWhileBroken => false;

    public override void Produce(int events)
    {
        Volatile.Write(ref _wanted, _wanted + events);
        _sensor.ReadNow();
    }

    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) => source.On((in SensorValue<bool> e, in EventInfo info) =>
    {
        // The first read of an attach gives nothing that is wanted; and several may listen.
        if (e.Value && info.Sequence != _last)
        {
            _last = info.Sequence;
            Volatile.Write(ref _wanted, _wanted - 1);
        }

        if (_wanted > 0)
        {
            _sensor.ReadNow();
        }

        if (e.Value)
        {
            onEvent(info);
        }
    });

    public override void Break()
    {
        _isBroken = true;
        _sensor.ReadNow();
    }

    public override void Restore() => _isBroken = false;

    public override void Dispose()
    {
    }

    private bool Read() => _isBroken ? throw new IOException("the rig's sensor is broken") : Volatile.Read(ref _wanted) > 0;
}
