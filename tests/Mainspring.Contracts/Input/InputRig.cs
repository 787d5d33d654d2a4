using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>An input device with the hand on it, for <see cref="InputDeviceContract"/> and <see cref="SourceContract"/>.</summary>
public abstract class InputRig : SourceRig
{
    /// <summary>The device.</summary>
    public abstract IInputDevice Device { get; }

    /// <summary>The hand on it. After <see cref="SourceRig.Break"/> and <see cref="SourceRig.Restore"/> it may be another one.</summary>
    public abstract InputScript Script { get; }

    /// <inheritdoc/>
    public override IEventSource Source => Device;

    /// <summary>Has what was written since the last tick be lost; keys that the layout need not have may be used up for it.</summary>
    public abstract void Lose();

    /// <inheritdoc/>
    public override void Produce(int events)
    {
        for (int i = 0; i < events; i++)
        {
            Script.MoveBy(InputMotionCode.X, 1).Report();
        }
    }

    /// <inheritdoc/>
    public override void Listen(SourceHandle source, Action<EventInfo> onEvent) =>
        source.On((in InputMotion _, in EventInfo info) => onEvent(info));
}

/// <summary>A device in memory.</summary>
internal sealed class SimulatedInputRig(InputLayout layout) : InputRig
{
    private readonly SimulatedInputDevice _device = new(layout);

    public override IInputDevice Device => _device;

    public override InputScript Script => _device;

    public override void Lose() => _device.Overflow();

    public override void Break() => _device.Unplug();

    public override void Restore() => _device.Plug();

    public override void Dispose() => _device.Detach();
}
