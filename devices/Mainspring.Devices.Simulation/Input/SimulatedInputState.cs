namespace Mainspring.Devices.Simulation;

/// <summary>What is true of a simulated device, whether it was told or not.</summary>
internal sealed class SimulatedInputState : IInputState
{
    private readonly InputBits _keys = new(InputCapabilities.KeyCount);
    private readonly InputBits _switches = new(InputCapabilities.SwitchCount);
    private readonly InputBits _leds = new(InputCapabilities.LedCount);
    private readonly int[] _axes = new int[InputCapabilities.AxisCount];
    private readonly InputLayout _layout;
    private readonly int[][] _touches; // by property, then slot

    public SimulatedInputState(InputLayout layout, string device)
    {
        _layout = layout;
        Info = layout.ToInfo(device);
        int slots = layout.Axes.TryGetValue(InputAxisCode.TouchSlot, out InputAxisInfo slot) ? slot.Maximum + 1 : 0;
        _touches = [.. Enumerable.Range(0, InputCapabilities.AxisCount).Select(_ => new int[slots])];
        Array.Fill(_touches[(int)InputAxisCode.TouchTrackingId], -1);
    }

    public InputDeviceInfo Info { get; }

    public void ReadKeys(InputBits keys) => keys.CopyFrom(_keys);

    public void ReadSwitches(InputBits switches) => switches.CopyFrom(_switches);

    public void ReadLeds(InputBits leds) => leds.CopyFrom(_leds);

    public int ReadAxis(int code, out InputAxisInfo info)
    {
        info = _layout.Axes.GetValueOrDefault((InputAxisCode)code);
        return _axes[code];
    }

    public void ReadTouches(int code, Span<int> values) => _touches[code].CopyTo(values);

    /// <summary>Applies an event. False: it changes nothing, or the device has no such thing.</summary>
    public bool Take(ushort type, ushort code, int value)
    {
        switch (type)
        {
            case InputEventType.Key:
                return Info.Capabilities.KeyBits[code] && (value == 2 ? _keys[code] : Set(_keys, code, value));
            case InputEventType.Switch:
                return Info.Capabilities.SwitchBits[code] && Set(_switches, code, value);
            case InputEventType.Led:
                return Info.Capabilities.LedBits[code] && Set(_leds, code, value);
            case InputEventType.Motion:
                return Info.Capabilities.MotionBits[code] && value != 0;
            case InputEventType.Axis:
                if (!Info.Capabilities.AxisBits[code])
                {
                    return false;
                }

                bool isTouch = code is > (int)InputAxisCode.TouchSlot and <= (int)InputAxisCode.TouchToolY && _touches[code].Length > 0;
                ref int place = ref isTouch ? ref _touches[code][Math.Clamp(_axes[(int)InputAxisCode.TouchSlot], 0, _touches[code].Length - 1)] : ref _axes[code];
                bool isNews = place != value;
                place = value;
                return isNews;
            default:
                return true;
        }
    }

    /// <summary>Nobody holds it any more.</summary>
    public void Release()
    {
        _keys.Clear();
        Array.Fill(_touches[(int)InputAxisCode.TouchTrackingId], -1);
    }

    private static bool Set(InputBits bits, int code, int value)
    {
        bool isNews = bits[code] != (value != 0);
        bits[code] = value != 0;
        return isNews;
    }
}
