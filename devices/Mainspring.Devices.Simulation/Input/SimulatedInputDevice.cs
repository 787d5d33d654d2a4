using System.Diagnostics;

namespace Mainspring.Devices.Simulation;

/// <summary>
/// An input device in memory that follows a script: its events come at given times of the loop's clock, on a <see cref="VirtualClock"/> exactly then. It runs on every system and on virtual
/// loops, and keeps what <see cref="IInputDevice"/> says. Loop's thread only.
/// </summary>
/// <remarks>As in the kernel, what changes nothing (a press of what is pressed) is no event. Events of equal times come in the order of the calls.</remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class SimulatedInputDevice : InputScript, IInputDevice, IPreparedSource
{
    private readonly InputDecoder _decoder = new();
    private readonly SimulatedInputState _state;
    private readonly PriorityQueue<Step, (TimeSpan When, long Sequence)> _script = new(); // the sequence keeps equal times in order
    private SourceContext? _context;
    private TimeSpan _when;
    private long _sequence;
    private bool _isAnnounced;
    private bool _isUnplugged;
    private bool _isGone;          // what was attached, also when the plug is back by now
    private bool _hasOverflown;
    private bool _isReleased;

    /// <summary>A device that is plugged in.</summary>
    /// <param name="layout">What it is.</param>
    /// <param name="device">Its name in messages, in the place of a path.</param>
    /// <param name="options">As for a real device; nobody competes for this one.</param>
    public SimulatedInputDevice(InputLayout layout, string device = "simulated", InputOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentException.ThrowIfNullOrEmpty(device);
        _state = new SimulatedInputState(layout, device);
        (Device, Options, Name) = (device, options ?? new InputOptions(), $"input:{device}");
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <inheritdoc/>
    public InputOptions Options { get; }

    /// <inheritdoc/>
    public bool IsOpen => _context is not null;

    /// <inheritdoc/>
    public InputDeviceInfo? Info { get; private set; }

    /// <summary>Has what is written from now on happen at a time.</summary>
    /// <param name="when">When, since the loop's start; a time that has passed means now.</param>
    /// <returns>This device.</returns>
    public SimulatedInputDevice At(TimeSpan when)
    {
        _when = when;
        return this;
    }

    /// <inheritdoc/>
    public override InputScript Write(ushort type, ushort code, int value)
    {
        _script.Enqueue(new Step(type, code, value), (_when, _sequence++));
        return this;
    }

    /// <summary>Has the events that are due and were not handled yet be lost, as those of a kernel's buffer that was not read in time.</summary>
    public void Overflow()
    {
        _hasOverflown = true;
        _context?.Wake();
    }

    /// <summary>Pulls the plug, now: what was due and not handled is lost, and all keys are up. Idempotent.</summary>
    public void Unplug()
    {
        _isUnplugged = _isGone = true;
        _state.Release();
        _context?.Wake();
    }

    /// <summary>Puts the plug back, for the next attach.</summary>
    public void Plug() => _isUnplugged = false;

    /// <inheritdoc/>
    public bool IsPressed(InputKeyCode key) => _decoder.IsPressed((int)key);

    /// <inheritdoc/>
    public bool IsOn(InputSwitchCode code) => _decoder.IsOn((int)code);

    /// <inheritdoc/>
    public bool IsLit(InputLedCode led) => _decoder.IsLit((int)led);

    /// <inheritdoc/>
    public int Axis(InputAxisCode axis) => _decoder.Axis((int)axis);

    /// <inheritdoc/>
    public InputAxisInfo AxisInfo(InputAxisCode axis) => _decoder.AxisInfo((int)axis);

    /// <inheritdoc/>
    public bool TrySetLed(InputLedCode led, bool isLit)
    {
        if (_context is not { } context || !_state.Info.Capabilities.Has(led))
        {
            return false;
        }

        TimeSpan now = context.Loop.TimeProvider.GetElapsedTime(0);
        _script.Enqueue(new Step(InputEventType.Led, (ushort)led, isLit ? 1 : 0), (now, _sequence++));
        _script.Enqueue(new Step(InputEventType.Synchronization, InputEventType.Report, 0), (now, _sequence++));
        return true;
    }

    /// <inheritdoc/>
    public void ReleaseAll()
    {
        if (_context is { } context)
        {
            _decoder.ReleaseAll(context);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The device is attached already.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_context is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a device serves one loop.");
        }

        if (_isUnplugged)
        {
            throw new IOException($"{Device}: is unplugged; call Plug.");
        }

        _decoder.Begin(_state);
        (_context, Info, _isAnnounced, _isReleased, _isGone, _hasOverflown) = (context, _state.Info, false, false, false, false);
        context.Wake();
    }

    /// <inheritdoc/>
    public bool Prepare(ref TimeSpan maxWait)
    {
        if (_context is not { } context || !_script.TryPeek(out _, out (TimeSpan When, long Sequence) next))
        {
            return false;
        }

        TimeSpan wait = next.When - context.Loop.TimeProvider.GetElapsedTime(0);
        if (wait > TimeSpan.Zero && wait < maxWait)
        {
            maxWait = wait;
        }

        return wait <= TimeSpan.Zero;
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        // A handler may remove the source, and even add it again.
        int handled = 0;
        for (SourceContext? context = _context; handled < maxEvents && context is not null && ReferenceEquals(_context, context) && EmitNext(context); handled++)
        {
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach() => _context = null;

    private bool EmitNext(SourceContext context)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            context.Emit(new InputConnected(_state.Info));
            return true;
        }

        if (_decoder.EmitPending(context))
        {
            return true;
        }

        if (_isGone)
        {
            EmitEnd(context);
            return true;
        }

        if (_hasOverflown)
        {
            _hasOverflown = false;
            TimeSpan now = context.Loop.Now;
            _decoder.Take(context, InputEventType.Synchronization, InputEventType.Dropped, 0, now, now);
            _decoder.Resynchronize(context, _state, TakeAllDue(context));
            return true;
        }

        if (!TryTakeDue(context, out Step step, out TimeSpan when))
        {
            return false;
        }

        if (_state.Take(step.Type, step.Code, step.Value))
        {
            _decoder.Take(context, step.Type, step.Code, step.Value, when, when);
        }

        return true;
    }

    private void EmitEnd(SourceContext context)
    {
        if (!_isReleased)
        {
            _isReleased = true;
            TakeAllDue(context);
            _state.Release();
            _decoder.Release(context);
            return;
        }

        context.Emit(new InputDisconnected(_state.Info, "it was unplugged"));
        context.Disconnected();
        _context = ReferenceEquals(_context, context) ? null : _context; // a handler may have removed the source, and added it again
    }

    // They change the state, and nobody hears of them.
    private long TakeAllDue(SourceContext context)
    {
        long count = 0;
        for (; TryTakeDue(context, out Step step, out _); count++)
        {
            _state.Take(step.Type, step.Code, step.Value);
        }

        return count;
    }

    private bool TryTakeDue(SourceContext context, out Step step, out TimeSpan when)
    {
        when = default;
        if (!_script.TryPeek(out step, out (TimeSpan When, long Sequence) next) || next.When > context.Loop.Now)
        {
            return false;
        }

        _script.Dequeue();
        when = next.When > TimeSpan.Zero ? next.When : context.Loop.Now;
        return true;
    }

    private readonly record struct Step(ushort Type, ushort Code, int Value);
}
