using System.Device.Gpio;

namespace Mainspring.Samples;

/// <summary>
/// A driver of System.Device.Gpio whose pins exist in memory: give it to a <see cref="GpioController"/>. What is wired to them is driven by any thread, on which the callbacks run then, as a real
/// driver runs them on its own. Callbacks get the same two objects again and again, so that it allocates nothing per edge.
/// </summary>
internal sealed class SimulatedGpioDriver(int pinCount) : GpioDriver
{
    private readonly Lock _gate = new();
    private readonly Pin[] _pins = [.. Enumerable.Range(0, pinCount).Select(static number => new Pin(number))]; // guarded by _gate
    private volatile bool _isRemoved;

    /// <summary>Called, outside of the lock, when a pin is closed: where a real driver waits for its thread.</summary>
    public Action? Closing { get; set; }

    /// <summary>Called when an output has changed: its number, and whether its voltage is high.</summary>
    public Action<int, bool>? OutputChanged { get; set; }

    /// <summary>How many pins are open.</summary>
    public int OpenPins
    {
        get
        {
            lock (_gate)
            {
                return _pins.Count(static pin => pin.IsOpen);
            }
        }
    }

    /// <summary>How many callbacks are registered.</summary>
    public int Callbacks
    {
        get
        {
            lock (_gate)
            {
                return _pins.Sum(static pin => pin.Callbacks.Length);
            }
        }
    }

    protected override int PinCount => _pins.Length;

    /// <summary>Takes the chip away, so that every call fails, or brings it back.</summary>
    public void Remove(bool isRemoved = true) => _isRemoved = isRemoved;

    /// <summary>Whether the voltage of a pin is high.</summary>
    public bool IsHigh(int pin)
    {
        lock (_gate)
        {
            return _pins[pin].IsHigh;
        }
    }

    /// <summary>Drives an input from outside, and calls back when that is an edge. Any thread.</summary>
    public void Drive(int number, bool isHigh)
    {
        Pin pin = _pins[number];
        (PinEventTypes Types, PinChangeEventHandler Handler)[] callbacks;
        lock (_gate)
        {
            if (pin.IsHigh == isHigh || pin.Mode == PinMode.Output)
            {
                return;
            }

            pin.IsHigh = isHigh;
            callbacks = pin.Callbacks;
        }

        PinValueChangedEventArgs e = isHigh ? pin.Rising : pin.Falling;
        foreach ((PinEventTypes types, PinChangeEventHandler handler) in callbacks)
        {
            if ((types & e.ChangeType) != 0)
            {
                handler(this, e);
            }
        }
    }

    protected override void OpenPin(int pinNumber) => Use(pinNumber, static pin => pin.IsOpen = true);

    protected override void ClosePin(int pinNumber)
    {
        Closing?.Invoke();
        lock (_gate)
        {
            (_pins[pinNumber].IsOpen, _pins[pinNumber].Callbacks) = (false, []);
        }
    }

    protected override void SetPinMode(int pinNumber, PinMode mode) => Use(pinNumber, pin =>
    {
        pin.Mode = mode;
        pin.IsHigh = mode == PinMode.InputPullUp || (mode != PinMode.InputPullDown && pin.IsHigh);
    });

    protected override PinMode GetPinMode(int pinNumber)
    {
        lock (_gate)
        {
            return _pins[pinNumber].Mode;
        }
    }

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber)
    {
        Check(pinNumber);
        return IsHigh(pinNumber);
    }

    protected override void Write(int pinNumber, PinValue value)
    {
        Check(pinNumber);
        lock (_gate)
        {
            if (_pins[pinNumber].IsHigh == (bool)value)
            {
                return;
            }

            _pins[pinNumber].IsHigh = (bool)value;
        }

        OutputChanged?.Invoke(pinNumber, (bool)value);
    }

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        Use(pinNumber, pin => pin.Callbacks = [.. pin.Callbacks, (eventTypes, callback)]);

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback)
    {
        lock (_gate)
        {
            _pins[pinNumber].Callbacks = [.. _pins[pinNumber].Callbacks.Where(one => one.Handler != callback)];
        }
    }

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The simulated driver calls back; it has nobody wait.");

    private void Use(int number, Action<Pin> action)
    {
        Check(number);
        lock (_gate)
        {
            action(_pins[number]);
        }
    }

    private void Check(int number)
    {
        if (_isRemoved)
        {
            throw new IOException($"simulated pin {number}: the chip was removed");
        }
    }

    private sealed class Pin(int number)
    {
        public PinValueChangedEventArgs Rising { get; } = new(PinEventTypes.Rising, number);

        public PinValueChangedEventArgs Falling { get; } = new(PinEventTypes.Falling, number);

        public bool IsOpen { get; set; }

        public PinMode Mode { get; set; }

        public bool IsHigh { get; set; }

        public (PinEventTypes Types, PinChangeEventHandler Handler)[] Callbacks { get; set; } = [];
    }
}
