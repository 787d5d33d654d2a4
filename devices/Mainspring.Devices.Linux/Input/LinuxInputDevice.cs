using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// A keyboard, mouse, gamepad or touch surface of Linux: a descriptor of the kernel's event interface (evdev) in the loop's one wait. While it is silent it costs nothing; per event it
/// allocates nothing.
/// </summary>
/// <remarks>
/// <para>When the device goes away the kernel discards what was not read. What is held is released by synthetic events, then <see cref="InputDisconnected"/> comes, and the source's
/// <see cref="RetryPolicy"/> opens the same path again; <see cref="DeviceFolderWatch.Reopen"/> makes that immediate.</para>
/// <para>Opening takes as long as the driver takes to start the device: a USB device that no other program has open, some 50 ms.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class LinuxInputDevice : IInputDevice, IPollableSource
{
    private const int ReadEvents = 64;
    private const int MaxDrains = 64; // more events than any device's buffer has

    private readonly Func<string, InputOptions, IEvdevNode> _open;
    private readonly InputDecoder _decoder = new();
    private readonly KernelTimes _times = new();
    private readonly InputEvent[] _events = new InputEvent[ReadEvents];
    private SourceContext? _context;
    private IEvdevNode? _node;
    private int _next;             // of the events that were read and not yet taken
    private int _count;
    private bool _isAnnounced;     // InputConnected was emitted
    private bool _isReleased;      // what was held when the device went away
    private string? _goneBecause;  // nothing more can be read

    /// <summary>A device that is opened when it is added to a loop.</summary>
    /// <param name="device">Its path, such as one of <c>/dev/input/by-id</c>; it is looked up anew for every open.</param>
    /// <param name="options">How it is opened; null takes the defaults.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public LinuxInputDevice(string device, InputOptions? options = null)
        : this(device, options ?? new InputOptions(), EvdevNode.Open)
    {
    }

    internal LinuxInputDevice(string device, InputOptions options, Func<string, InputOptions, IEvdevNode> open)
    {
        ArgumentException.ThrowIfNullOrEmpty(device);
        LinuxOnly.Check(device, nameof(LinuxInputDevice), LinuxOnly.InputInstead);

        Device = device;
        Options = options;
        Name = $"input:{device}";
        _open = open;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <inheritdoc/>
    public InputOptions Options { get; }

    /// <inheritdoc/>
    public bool IsOpen => _node is not null;

    /// <inheritdoc/>
    public InputDeviceInfo? Info { get; private set; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The device is not attached.</exception>
    public SafeHandle Handle => _node?.File ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    /// <summary>
    /// All input devices of this machine, by the number of their node, with why one cannot be opened. They are not opened for it: what is known comes from /sys/class/input.
    /// </summary>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static IReadOnlyList<InputDeviceInfo> List()
    {
        LinuxOnly.Check("input devices", nameof(LinuxInputDevice), LinuxOnly.InputInstead);
        return InputNodes.System.List();
    }

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
    public bool TrySetLed(InputLedCode led, bool isLit) => _node?.TrySetLed((int)led, isLit) == true;

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
        if (_node is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a device serves one loop.");
        }

        IEvdevNode node = _open(Device, Options);
        try
        {
            _decoder.Begin(node);
        }
        catch
        {
            node.File.Dispose();
            throw;
        }

        (_node, _context, Info) = (node, context, node.Info);
        (_next, _count, _isAnnounced, _isReleased, _goneBecause) = (0, 0, false, false, null);
        _times.Begin();
        context.Wake(); // for InputConnected, when the first handlers have been added
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_node is not { } node)
        {
            return 0;
        }

        // A handler may remove the source, and even add it again.
        int handled = 0;
        bool mayRead = true;
        while (handled < maxEvents && ReferenceEquals(_node, node) && EmitNext(node, ready, ref mayRead))
        {
            handled++;
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        SafeFileHandle? file = _node?.File;
        _node = null;
        _context = null;
        file?.Dispose(); // gives back a grab, too
    }

    // Emits one event at the most, or says that there is none now. In this order: connected, what is left of before, what was read, what is read next, the end.
    private bool EmitNext(IEvdevNode node, PollEvents ready, ref bool mayRead)
    {
        SourceContext context = _context!;
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            context.Emit(new InputConnected(node.Info));
            return true;
        }

        if (_decoder.EmitPending(context))
        {
            return true;
        }

        if (_next < _count || (_goneBecause is null && mayRead && Read(node, ready, context, ref mayRead)))
        {
            Take(in _events[_next++], node, context);
            return true;
        }

        if (_goneBecause is null)
        {
            return false;
        }

        if (!_isReleased)
        {
            _isReleased = true;
            _decoder.Release(context);
            return true;
        }

        context.Emit(new InputDisconnected(node.Info, _goneBecause));
        context.Disconnected();
        (mayRead, _goneBecause) = (false, null);
        return true;
    }

    private bool Read(IEvdevNode node, PollEvents ready, SourceContext context, ref bool mayRead)
    {
        (_next, _count) = (0, ReadNow(node, out Errno error));
        mayRead = _count == ReadEvents;
        if (_count > 0)
        {
            _times.Compare(context.Loop);
            return true;
        }

        if (error != Errno.Again || (ready & (PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            _goneBecause = InputErrors.Gone(error == Errno.Again ? Errno.None : error);
        }

        return false;
    }

    private int ReadNow(IEvdevNode node, out Errno error) =>
        Descriptor.Read(node.File, MemoryMarshal.AsBytes(_events.AsSpan()), out error) / Unsafe.SizeOf<InputEvent>();

    private void Take(in InputEvent e, IEvdevNode node, SourceContext context)
    {
        var kernelTime = new TimeSpan((e.Seconds * TimeSpan.TicksPerSecond) + (e.Microseconds * TimeSpan.TicksPerMicrosecond));
        _decoder.Take(context, e.Type, e.Code, e.Value, _times.ToLoop(kernelTime), kernelTime);
        if (_decoder.IsOutOfStep)
        {
            Resynchronize(node, context);
        }
    }

    // What the kernel still has is older than the state that is asked for then, so it goes too.
    private void Resynchronize(IEvdevNode node, SourceContext context)
    {
        long lost = _count - _next;
        _next = _count = 0;
        for (int i = 0, count = ReadEvents; i < MaxDrains && count == ReadEvents; i++)
        {
            count = ReadNow(node, out _);
            lost += count;
        }

        try
        {
            _decoder.Resynchronize(context, node, lost);
        }
        catch (IOException exception) when (exception.HResult == Errno.NoDevice.Number)
        {
            _goneBecause = InputErrors.Gone(Errno.NoDevice);
        }
    }
}
