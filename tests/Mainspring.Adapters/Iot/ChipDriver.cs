using System.Device.Gpio;
using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Adapters.Iot;

/// <summary>A driver whose pins are those of a simulated chip, so that what is written for the chip holds for lines behind System.Device.Gpio too. It calls back on the loop's thread, at the chip's times.</summary>
internal sealed class ChipDriver(SimulatedGpioChip chip, MainLoop loop) : GpioDriver
{
    private readonly Dictionary<int, Pin> _pins = [];

    protected override int PinCount => chip.LineCount;

    protected override void OpenPin(int pinNumber)
    {
        var pin = new Pin(chip.CreateLines(new GpioOptions { Lines = [Input(pinNumber, GpioBias.AsIs)], EventBufferSize = 1024 }));
        pin.Handle = loop.Add(pin.Lines, RetryPolicy.Never).On((in GpioEdge e, in EventInfo _) =>
        {
            PinEventTypes type = e.IsRising ? PinEventTypes.Rising : PinEventTypes.Falling;
            foreach ((PinEventTypes types, PinChangeEventHandler handler) in pin.Callbacks)
            {
                if ((types & type) != 0)
                {
                    handler(this, new PinValueChangedEventArgs(type, e.Line));
                }
            }
        });
        pin.Handle.Unref();
        _pins.Add(pinNumber, pin);
    }

    // It comes on another thread, and the chip is for the loop's.
    protected override void ClosePin(int pinNumber)
    {
        Pin pin = _pins[pinNumber];
        _pins.Remove(pinNumber);
        loop.Invoke(pin.Handle!.Remove);
    }

    protected override void SetPinMode(int pinNumber, PinMode mode) => SetPinMode(pinNumber, mode, PinValue.Low);

    protected override void SetPinMode(int pinNumber, PinMode mode, PinValue initialValue)
    {
        Pin pin = _pins[pinNumber];
        pin.Mode = mode;
        pin.Lines.Reconfigure(mode switch
        {
            PinMode.Output => GpioLine.Output(pinNumber) with { Initial = (bool)initialValue },
            PinMode.InputPullUp => Input(pinNumber, GpioBias.PullUp),
            PinMode.InputPullDown => Input(pinNumber, GpioBias.PullDown),
            _ => Input(pinNumber, GpioBias.AsIs),
        });
    }

    protected override PinMode GetPinMode(int pinNumber) => _pins[pinNumber].Mode;

    protected override bool IsPinModeSupported(int pinNumber, PinMode mode) => true;

    protected override PinValue Read(int pinNumber) => _pins[pinNumber].Lines.Read(pinNumber);

    protected override void Write(int pinNumber, PinValue value) => _pins[pinNumber].Lines.Write(pinNumber, (bool)value);

    protected override void AddCallbackForPinValueChangedEvent(int pinNumber, PinEventTypes eventTypes, PinChangeEventHandler callback) =>
        _pins[pinNumber].Callbacks.Add((eventTypes, callback));

    protected override void RemoveCallbackForPinValueChangedEvent(int pinNumber, PinChangeEventHandler callback) =>
        loop.Invoke(() => _pins[pinNumber].Callbacks.RemoveAll(one => one.Handler == callback));

    protected override WaitForEventResult WaitForEvent(int pinNumber, PinEventTypes eventTypes, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static GpioLine Input(int pin, GpioBias bias) => GpioLine.Input(pin) with { Bias = bias, Edges = GpioEdges.Both };

    private sealed class Pin(IGpioLines lines)
    {
        public IGpioLines Lines => lines;

        public SourceHandle? Handle { get; set; }

        public PinMode Mode { get; set; }

        public List<(PinEventTypes Types, PinChangeEventHandler Handler)> Callbacks { get; } = [];
    }
}
