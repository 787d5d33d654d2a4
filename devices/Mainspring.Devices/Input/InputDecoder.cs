namespace Mainspring.Devices;

/// <summary>Turns the kernel's stream of input events into typed events, one at a time, and keeps the state that they amount to.</summary>
internal sealed class InputDecoder
{
    private readonly InputBits _keys = new(InputCapabilities.KeyCount);
    private readonly InputBits _switches = new(InputCapabilities.SwitchCount);
    private readonly InputBits _leds = new(InputCapabilities.LedCount);
    private readonly int[] _axes = new int[InputCapabilities.AxisCount];
    private readonly InputAxisInfo[] _axisInfos = new InputAxisInfo[InputCapabilities.AxisCount];
    private readonly InputBits _trueKeys = new(InputCapabilities.KeyCount);
    private readonly InputBits _trueSwitches = new(InputCapabilities.SwitchCount);
    private readonly InputBits _trueLeds = new(InputCapabilities.LedCount);
    private readonly int[] _trueAxes = new int[InputCapabilities.AxisCount];
    private InputContacts? _contacts;
    private Pending _pending;
    private int _slot;          // the next one to look at in the frame that ends
    private int _frameEvents;
    private bool _hasReleased;
    private TimeSpan _time;     // of the last event, and so of the frame
    private TimeSpan _kernelTime;

    private enum Pending
    {
        Nothing,
        Frame,          // the contacts of a frame, then its end
        Differences,    // between the state that was emitted and the true one
        Release,        // of all that is held
    }

    /// <summary>Whether the kernel has dropped events: <see cref="Resynchronize"/> has to be called, after what was read before.</summary>
    public bool IsOutOfStep { get; private set; }

    public bool IsPressed(int key) => _keys[key];

    public bool IsOn(int code) => _switches[code];

    public bool IsLit(int led) => _leds[led];

    public int Axis(int axis) => (uint)axis < (uint)_axes.Length ? _axes[axis] : 0;

    public InputAxisInfo AxisInfo(int axis) => (uint)axis < (uint)_axisInfos.Length ? _axisInfos[axis] : default;

    /// <summary>Begins with a device that was opened: its state is taken as it is.</summary>
    public void Begin(IInputState state)
    {
        (_pending, _slot, _frameEvents, _hasReleased, IsOutOfStep) = (Pending.Nothing, 0, 0, false, false);
        (_time, _kernelTime) = (TimeSpan.Zero, TimeSpan.Zero);
        Array.Clear(_axes);
        Array.Clear(_axisInfos);
        _contacts = new InputContacts(state);
        ReadState(state);
        _keys.CopyFrom(_trueKeys);
        _switches.CopyFrom(_trueSwitches);
        _leds.CopyFrom(_trueLeds);
        _trueAxes.CopyTo(_axes, 0);
    }

    /// <summary>Takes one event of the kernel: emits it, or leaves what it means to <see cref="EmitPending"/>.</summary>
    public void Take(SourceContext context, ushort type, ushort code, int value, TimeSpan time, TimeSpan kernelTime)
    {
        (_time, _kernelTime) = (time, kernelTime);
        _frameEvents++;
        switch (type)
        {
            case InputEventType.Synchronization when code == InputEventType.Report:
                (_pending, _slot) = (Pending.Frame, 0);
                break;
            case InputEventType.Synchronization when code == InputEventType.Dropped:
                IsOutOfStep = true;
                break;
            case InputEventType.Key:
                // A release without its press, or a repeat, is left of what was released by ReleaseAll.
                bool wasPressed = _keys[code];
                if (wasPressed ? value != 1 : value == 1)
                {
                    _keys[code] = value != 0;
                    context.Emit(new InputKey((InputKeyCode)code, value != 0, value > 1, time, kernelTime));
                }

                break;
            case InputEventType.Axis when _contacts!.Take(code, value):
                break;
            case InputEventType.Axis when code < _axes.Length:
                _axes[code] = value;
                context.Emit(new InputAxis((InputAxisCode)code, value, _axisInfos[code], time, kernelTime));
                break;
            case InputEventType.Motion:
                context.Emit(new InputMotion((InputMotionCode)code, value, time, kernelTime));
                break;
            case InputEventType.Switch:
                _switches[code] = value != 0;
                context.Emit(new InputSwitch((InputSwitchCode)code, value != 0, time, kernelTime));
                break;
            case InputEventType.Led:
                _leds[code] = value != 0;
                context.Emit(new InputLed((InputLedCode)code, value != 0, time, kernelTime));
                break;
            default:
                context.Emit(new InputOther(type, code, value, time, kernelTime));
                break;
        }
    }

    /// <summary>Reads the true state after events were dropped, says so, and leaves the differences to <see cref="EmitPending"/>.</summary>
    /// <param name="lost">How many events were read and are not emitted.</param>
    public void Resynchronize(SourceContext context, IInputState state, long lost)
    {
        ReadState(state);
        _contacts!.Read(state);
        IsOutOfStep = false;
        (_pending, _slot, _frameEvents) = (Pending.Differences, 0, 0);
        _time = context.Loop.Now;
        context.Lost(Math.Max(1, lost));
        context.Emit(new InputLost(Math.Max(1, lost), _time, _kernelTime));
    }

    /// <summary>The device is gone: leaves the release of all that is held to <see cref="EmitPending"/>.</summary>
    public void Release(SourceContext context)
    {
        _time = context.Loop.Now;
        _contacts!.Release();
        (_pending, _hasReleased, _slot) = (Pending.Release, false, 0);
    }

    /// <summary>Releases all that is held, now.</summary>
    public void ReleaseAll(SourceContext context)
    {
        (Pending pending, int slot) = (_pending, _slot);
        Release(context);
        while (EmitPending(context))
        {
        }

        _trueKeys.Clear(); // nor are they pressed by differences that are still to come
        (_pending, _slot) = (pending, slot); // it may have been called by a handler of what was pending
    }

    /// <summary>Emits one event of those that are left from before; false when there is none.</summary>
    public bool EmitPending(SourceContext context) => _pending switch
    {
        Pending.Frame => EmitFrame(context, isSynthetic: false),
        Pending.Differences => EmitDifference(context) || EmitFrame(context, isSynthetic: true),
        Pending.Release => EmitRelease(context),
        _ => false,
    };

    private bool EmitFrame(SourceContext context, bool isSynthetic)
    {
        if (EmitTouch(context, isSynthetic))
        {
            return true;
        }

        int events = _frameEvents;
        (_pending, _frameEvents) = (Pending.Nothing, 0);
        context.Emit(new InputFrame(isSynthetic ? 0 : events, _time, _kernelTime, isSynthetic));
        return true;
    }

    private bool EmitTouch(SourceContext context, bool isSynthetic)
    {
        int slot = _slot;
        bool isOne = _contacts!.TryNext(ref slot, out int trackingId, out InputTouchAction action, out InputContacts.Contact contact);
        _slot = slot;
        if (isOne)
        {
            context.Emit(new InputTouch(slot, trackingId, action, contact.X, contact.Y, contact.Pressure, contact.Major, _time, _kernelTime, isSynthetic));
        }

        return isOne;
    }

    private bool EmitDifference(SourceContext context)
    {
        if (_keys.First(0, _trueKeys) is var key and >= 0)
        {
            _keys[key] = _trueKeys[key];
            context.Emit(new InputKey((InputKeyCode)key, _keys[key], false, _time, _kernelTime, IsSynthetic: true));
        }
        else if (_switches.First(0, _trueSwitches) is var code and >= 0)
        {
            _switches[code] = _trueSwitches[code];
            context.Emit(new InputSwitch((InputSwitchCode)code, _switches[code], _time, _kernelTime, IsSynthetic: true));
        }
        else if (_leds.First(0, _trueLeds) is var led and >= 0)
        {
            _leds[led] = _trueLeds[led];
            context.Emit(new InputLed((InputLedCode)led, _leds[led], _time, _kernelTime, IsSynthetic: true));
        }
        else if (_axes.AsSpan().CommonPrefixLength(_trueAxes) is var axis && axis < _axes.Length)
        {
            _axes[axis] = _trueAxes[axis];
            context.Emit(new InputAxis((InputAxisCode)axis, _axes[axis], _axisInfos[axis], _time, _kernelTime, IsSynthetic: true));
        }
        else
        {
            return false;
        }

        return true;
    }

    private bool EmitRelease(SourceContext context)
    {
        int key = _keys.First(0);
        if (key >= 0)
        {
            _hasReleased = true;
            _keys[key] = false;
            context.Emit(new InputKey((InputKeyCode)key, false, false, _time, _kernelTime, IsSynthetic: true));
            return true;
        }

        if (EmitTouch(context, isSynthetic: true))
        {
            _hasReleased = true;
            return true;
        }

        _pending = Pending.Nothing;
        if (!_hasReleased)
        {
            return false;
        }

        context.Emit(new InputFrame(0, _time, _kernelTime, IsSynthetic: true));
        return true;
    }

    private void ReadState(IInputState state)
    {
        state.ReadKeys(_trueKeys);
        state.ReadSwitches(_trueSwitches);
        state.ReadLeds(_trueLeds);
        Array.Clear(_trueAxes);
        InputBits axes = state.Info.Capabilities.AxisBits;
        for (int axis = axes.First(0); axis >= 0; axis = axes.First(axis + 1))
        {
            if (axis < (int)InputAxisCode.TouchSlot || !state.Info.Capabilities.Has(InputAxisCode.TouchSlot))
            {
                _trueAxes[axis] = state.ReadAxis(axis, out _axisInfos[axis]);
            }
            else
            {
                _ = state.ReadAxis(axis, out _axisInfos[axis]);
            }
        }
    }
}
