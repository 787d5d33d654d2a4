using System.Device.Gpio;

namespace Mainspring.Devices.Iot;

/// <summary>
/// The pins of a controller, as one attach has them. The driver calls back on threads of its own: the time is taken there, nothing of the program runs there, and nothing is thrown. What
/// is written and the end exclude each other, since the process's end is told on another thread.
/// </summary>
internal sealed class ControllerPins
{
    private readonly Lock _gate = new();
    private readonly GpioController _controller;
    private readonly bool _isOwned;
    private readonly string _device;
    private readonly int[] _pins;
    private readonly SourceContext _context;
    private readonly TimeProvider _time;
    private readonly PinChangeEventHandler _onChange;
    private readonly PinEventTypes[] _watched;   // what the driver was asked for
    private readonly PinValuePair[] _pairs;      // for bulk calls
    private readonly ProcessEnd _processEnd;
    private GpioLineSet _set;
    private int _opened;
    private bool _isEnded;                       // guarded by _gate: nothing is written any more
    private volatile bool _isOver;               // nobody wants edges any more

    public ControllerPins(GpioController controller, bool isOwned, string device, GpioLineSet set, int[] pins, SourceContext context)
    {
        (_controller, _isOwned, _device, _set, _pins, _context) = (controller, isOwned, device, set, pins, context);
        _time = context.Loop.TimeProvider;
        (_watched, _pairs) = (new PinEventTypes[pins.Length], new PinValuePair[pins.Length]);
        Edges = new ControllerEdges(set, pins);
        _onChange = OnChange;
        _processEnd = new ProcessEnd(() => End(writesSafeLevels: true));
    }

    public ControllerEdges Edges { get; }

    /// <summary>Opens the pins. When it throws, some may be open: <see cref="Release"/> closes them.</summary>
    /// <exception cref="IOException">A pin is in use or is refused; the message says which.</exception>
    public void Open()
    {
        for (; _opened < _pins.Length; _opened++)
        {
            int pin = _pins[_opened];
            if (_controller.IsPinOpen(pin))
            {
                throw ControllerErrors.InUse(_device, pin);
            }

            Try($"opening line {pin}", (this, pin), static state => state.Item1._controller.OpenPin(state.pin));
        }

        for (int i = 0; i < _pins.Length; i++)
        {
            SetMode(i, _set);
        }

        Edges.Configure(_set, ReadLevels());
        for (int i = 0; i < _pins.Length; i++)
        {
            Watch(i);
        }
    }

    /// <summary>The levels as they are. Loop's thread only.</summary>
    /// <exception cref="IOException">The driver cannot.</exception>
    public ulong ReadLevels()
    {
        for (int i = 0; i < _pins.Length; i++)
        {
            _pairs[i] = new PinValuePair(_pins[i], PinValue.Low);
        }

        try
        {
            _controller.Read(_pairs);
        }
        catch (Exception exception)
        {
            throw ControllerErrors.Using(_device, "reading", exception);
        }

        ulong levels = 0;
        for (int i = 0; i < _pins.Length; i++)
        {
            levels |= (_pairs[i].PinValue == PinValue.High) != _set.Options.Lines[i].ActiveLow ? 1UL << i : 0;
        }

        return levels;
    }

    /// <summary>Sets outputs, unless the process ends.</summary>
    /// <exception cref="IOException">The driver cannot.</exception>
    public void Write(ulong mask, ulong values)
    {
        lock (_gate)
        {
            if (!_isEnded)
            {
                WriteHere(mask, values);
            }
        }
    }

    /// <summary>Changes one line, unless the process ends. Its callbacks stay, since removing them may wait for the driver's thread; what is not wanted is left out.</summary>
    /// <exception cref="IOException">The driver refuses.</exception>
    public void Reconfigure(GpioLineSet set, int index)
    {
        lock (_gate)
        {
            if (_isEnded)
            {
                return;
            }

            SetMode(index, set);
            _set = set;
        }

        Edges.Configure(set, ReadLevels());
        Watch(index);
    }

    /// <summary>No edge counts any more, and outputs take their safe levels. Quick.</summary>
    public void End(bool writesSafeLevels)
    {
        _isOver = true;
        lock (_gate)
        {
            if (!_isEnded && writesSafeLevels && _set.Safe != 0 && _opened == _pins.Length)
            {
                try
                {
                    WriteHere(_set.Safe, _set.SafeValues);
                }
                catch (IOException)
                {
                    // The chip is gone, and its levels with it.
                }
            }

            _isEnded = true;
        }
    }

    /// <summary>Gives the pins back, which waits for the driver's threads: 100 ms are usual. Not on the loop's thread.</summary>
    /// <returns>What the driver threw first, or null.</returns>
    public Exception? Release()
    {
        _processEnd.Stop();
        Exception? first = null;
        for (int i = 0; i < _opened; i++)
        {
            int pin = _pins[i];
            if (_watched[i] != PinEventTypes.None)
            {
                Attempt(() => _controller.UnregisterCallbackForPinValueChangedEvent(pin, _onChange));
            }

            Attempt(() => _controller.ClosePin(pin));
        }

        if (_isOwned)
        {
            Attempt(_controller.Dispose);
        }

        return first;

        void Attempt(Action action)
        {
            try
            {
                action();
            }
            catch (Exception exception)
            {
                first ??= exception;
            }
        }
    }

    private void OnChange(object sender, PinValueChangedEventArgs e)
    {
        TimeSpan now = _time.GetElapsedTime(0);
        int index = _pins.AsSpan().IndexOf(e.PinNumber);
        if (index >= 0 && !_isOver && Edges.Add(index, (e.ChangeType & PinEventTypes.Rising) != 0, now))
        {
            _context.Wake();
        }
    }

    private void SetMode(int index, GpioLineSet set)
    {
        GpioLine line = set.Options.Lines[index];
        int pin = _pins[index];
        PinMode mode = line switch
        {
            { Direction: GpioDirection.Output } => PinMode.Output,
            { Bias: GpioBias.PullUp } => PinMode.InputPullUp,
            { Bias: GpioBias.PullDown } => PinMode.InputPullDown,
            _ => PinMode.Input,
        };
        Try($"making line {pin} {mode}", (this, pin, mode, line.Initial != line.ActiveLow), static state =>
        {
            (ControllerPins pins, int pin, PinMode mode, bool initial) = state;
            if (mode == PinMode.Output)
            {
                pins._controller.OpenPin(pin, mode, initial);
            }
            else
            {
                pins._controller.SetPinMode(pin, mode);
            }
        });
    }

    // Asks for what it has not been asked for yet.
    private void Watch(int index)
    {
        GpioLine line = _set.Options.Lines[index];
        if (line.Direction != GpioDirection.Input || line.Edges == GpioEdges.None)
        {
            return;
        }

        bool rising = (line.Edges & (line.ActiveLow ? GpioEdges.Falling : GpioEdges.Rising)) != 0;
        bool falling = (line.Edges & (line.ActiveLow ? GpioEdges.Rising : GpioEdges.Falling)) != 0;
        PinEventTypes wanted = line.Debounce > TimeSpan.Zero
            ? PinEventTypes.Rising | PinEventTypes.Falling // what lasts is seen from both
            : (rising ? PinEventTypes.Rising : 0) | (falling ? PinEventTypes.Falling : 0);
        PinEventTypes missing = wanted & ~_watched[index];
        if (missing != PinEventTypes.None)
        {
            Try($"watching line {_pins[index]} for edges", (this, index, missing), static state =>
                state.Item1._controller.RegisterCallbackForPinValueChangedEvent(state.Item1._pins[state.index], state.missing, state.Item1._onChange));
            _watched[index] |= missing;
        }
    }

    private void WriteHere(ulong mask, ulong values)
    {
        int count = 0;
        Span<PinValuePair> pairs = stackalloc PinValuePair[GpioOptions.MaxLines];
        for (int i = 0; i < _pins.Length; i++)
        {
            if ((mask >> i & 1) != 0)
            {
                pairs[count++] = new PinValuePair(_pins[i], (values >> i & 1) != 0 != _set.Options.Lines[i].ActiveLow);
            }
        }

        try
        {
            _controller.Write(pairs[..count]);
        }
        catch (Exception exception)
        {
            throw ControllerErrors.Using(_device, "writing", exception);
        }
    }

    private void Try<TState>(string what, TState state, Action<TState> action)
    {
        try
        {
            action(state);
        }
        catch (Exception exception)
        {
            throw ControllerErrors.Opening(_device, what, exception);
        }
    }
}
