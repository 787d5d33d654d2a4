using System.Text.Json;
using Mainspring.Devices;
using Mainspring.Devices.Simulation;
using Mainspring.Hardware.Input;

namespace Mainspring.Hardware.Soak;

/// <summary>A keyboard that is destroyed while a key is held, and made anew.</summary>
internal sealed class InputTraffic : Traffic
{
    private readonly UinputRig _rig = new(InputLayout.Keyboard);
    private long _plugs = 1, _unplugs, _connects, _disconnects, _pressed, _downs, _ups, _synthetic;

    public InputTraffic(MainLoop loop)
        : base(loop) =>
        loop.Add(_rig.Device, new RetryPolicy { InitialDelay = TimeSpan.FromMilliseconds(50), MaxDelay = TimeSpan.FromMilliseconds(100) })
            .On((in InputConnected _, in EventInfo _) => _connects++)
            .On((in InputDisconnected _, in EventInfo _) => _disconnects++)
            .On((in InputKey key, in EventInfo _) =>
            {
                if (!key.IsRepeat)
                {
                    _downs += key.IsPressed ? 1 : 0;
                    _ups += key.IsPressed ? 0 : 1;
                    _synthetic += key.IsSynthetic ? 1 : 0;
                }
            });

    public override string Name => "keyboards";

    protected override bool IsAtRest => _connects == _plugs && _disconnects == _unplugs && _downs == _pressed && _ups == _pressed && _synthetic == _unplugs;

    public override void Report(Utf8JsonWriter report)
    {
        report.WriteNumber("destroyed", _unplugs);
        report.WriteNumber("connected", _connects);
        report.WriteNumber("keys", _downs);
        if (!IsAtRest)
        {
            Problems.Add(
                $"made {_plugs} times, destroyed {_unplugs}: {_connects} connects, {_disconnects} disconnects; of {_pressed} keys {_downs} went down, {_ups} up, {_synthetic} of them by the loop");
        }
    }

    public override void Dispose() => _rig.Dispose();

    protected override async LoopTask RunAsync()
    {
        await Until(() => IsAtRest);
        while (!IsPausing)
        {
            _pressed++;
            _rig.Script.Press(InputKeyCode.A).Report().Release(InputKeyCode.A).Report();
            await Until(() => _ups == _pressed);
            _pressed++;
            _rig.Script.Press(InputKeyCode.B).Report();
            await Until(() => _downs == _pressed);
            _unplugs++;
            _rig.Break();
            await Until(() => _disconnects == _unplugs);
            _plugs++;
            _rig.Restore();
            await Until(() => _connects == _plugs);
            await Loop.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}
