using System.Device.Gpio;
using System.Diagnostics;

namespace Mainspring.Devices.Iot;

/// <summary>
/// Lines over a <see cref="GpioController"/> of System.Device.Gpio, used as <c>LinuxGpioLines</c> is: the same options, events, counters and <see cref="RetryPolicy"/>. For systems and drivers that
/// that one does not serve; on Linux it is the better choice, since an edge needs no thread there, and has the kernel's time.
/// </summary>
/// <remarks>
/// <para>The driver tells edges on threads of its own. The time is taken there (<see cref="GpioEdge.KernelTimeNs"/> is the same time, on the loop's clock: there is no kernel's), the edge goes into a
/// buffer of <see cref="GpioOptions.EventBufferSize"/>, and the loop is woken once for many. When the buffer is full the oldest go, counted, as <see cref="GpioLost"/>. What the driver itself loses nobody
/// can know. Handlers run on the loop: what they throw never reaches the driver.</para>
/// <para>Debouncing is done here, to the clock's precision. The package has no names of lines, no drive but push-pull, no bias of outputs and no clock of events: options that need one are refused.
/// An output may show its level only after a moment at another one: that depends on the driver.</para>
/// <para>Giving lines back waits for the driver's threads, 100 ms with libgpiod, and so happens on the thread pool: <see cref="Released"/>. A driver says nothing of a chip that was removed: that
/// is seen when something is read or written, and by <see cref="GpioOptions.RemovalCheck"/>.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed class GpioControllerSource : IGpioLines, IGpioReader
{
    private readonly Func<GpioController> _open;
    private readonly bool _isOwned;
    private readonly GpioEvents _events;
    private readonly ControllerRelease _release = new();
    private GpioLineSet _set;
    private SourceContext? _context;
    private ControllerPins? _pins;
    private int[] _offsets = [];
    private TimerHandle _check;
    private TimerHandle _settling;
    private TimeSpan? _settlesAt; // when the timer is due

    /// <summary>Lines of the controller that the package finds on this machine: a new one for every attach.</summary>
    /// <param name="options">The lines.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or need what the package does not offer.</exception>
    public GpioControllerSource(GpioOptions options)
        : this("gpio", static () => new GpioController(), options)
    {
    }

    /// <summary>Lines of a chip of Linux, through libgpiod: its version 2 where it is installed, otherwise 1. The arguments are those of <c>LinuxGpioLines</c>.</summary>
    /// <param name="chip">The chip's path (<c>/dev/gpiochip0</c>), name or label; looked up anew for every attach.</param>
    /// <param name="options">The lines.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or need what the package does not offer.</exception>
    public GpioControllerSource(string chip, GpioOptions options)
        : this(chip, () => LibGpiodChips.Open(chip), options)
    {
    }

    /// <summary>Lines of a controller that is made for every attach, on the loop's thread, and disposed of on the thread pool.</summary>
    /// <param name="device">What it is called in messages.</param>
    /// <param name="open">Makes it: <c>() =&gt; new GpioController(new LibGpiodV2Driver(0))</c>.</param>
    /// <param name="options">The lines.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or need what the package does not offer.</exception>
    public GpioControllerSource(string device, Func<GpioController> open, GpioOptions options)
        : this(device, open, isOwned: true, options)
    {
        ArgumentNullException.ThrowIfNull(open);
    }

    /// <summary>Lines of a controller that the program has, and perhaps uses for other lines. It stays open; dispose of it after <see cref="Released"/>.</summary>
    /// <param name="device">What it is called in messages.</param>
    /// <param name="controller">The controller.</param>
    /// <param name="options">The lines.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or need what the package does not offer.</exception>
    public GpioControllerSource(string device, GpioController controller, GpioOptions options)
        : this(device, () => controller, isOwned: false, options)
    {
        ArgumentNullException.ThrowIfNull(controller);
    }

    private GpioControllerSource(string device, Func<GpioController> open, bool isOwned, GpioOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(device);
        ArgumentNullException.ThrowIfNull(options);
        _set = new GpioLineSet(options);
        ControllerErrors.CheckSupported(options);
        (Device, _open, _isOwned) = (device, open, isOwned);
        Name = $"gpio:{device}";
        _events = new GpioEvents(device, this);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <inheritdoc/>
    public GpioOptions Options => _set.Options;

    /// <summary>Whether the lines are ours: from <see cref="GpioConnected"/> at the latest until the source is removed or the chip is gone.</summary>
    public bool IsOpen => _pins is not null;

    /// <summary>Completed when the driver has given back the lines of the last use. Any thread; to be awaited, not waited for on the loop's thread.</summary>
    public Task Released => _release.Task;

    private ControllerPins Pins => _pins ?? throw ControllerErrors.NotOpen(Device, _context is not null);

    /// <inheritdoc/>
    /// <remarks>While the lines of the last use are still being released it returns at once, and opens them when that is over; what fails then counts as a failure of the source.</remarks>
    /// <exception cref="InvalidOperationException">The lines are attached already.</exception>
    /// <exception cref="IOException">There is no controller, or it has no such line, or a line is in use.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_context is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: the lines serve one loop.");
        }

        if (_release.IsOver(context))
        {
            Open(context);
        }

        _context = context;
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_pins is null && _context is { } context)
        {
            if (!_release.IsOver(context))
            {
                return 0;
            }

            Open(context);
        }

        Settle();
        return _events.Dispatch(maxEvents);
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _events.Stop();
        _check.Cancel();
        _settling.Cancel();
        _settlesAt = null;
        if (_pins is { } pins)
        {
            pins.End(writesSafeLevels: true);
            _release.Start(_context!, pins);
        }

        (_pins, _context) = (null, null);
    }

    /// <inheritdoc/>
    public int OffsetOf(string name)
    {
        _ = Pins;
        throw new ArgumentException($"{Device}: no line is requested by the name '{name}': System.Device.Gpio knows lines by their numbers only.", nameof(name));
    }

    /// <inheritdoc/>
    public bool Read(int line)
    {
        int index = IndexOf(line);
        return (ReadAll() >> index & 1) != 0;
    }

    /// <inheritdoc/>
    public ulong ReadAll() => Pins.Edges.Levels(ReadLevels());

    /// <inheritdoc/>
    public void Write(int line, bool level)
    {
        ulong bit = 1UL << IndexOf(line);
        WriteMany(bit, level ? bit : 0);
    }

    /// <inheritdoc/>
    public void WriteMany(ulong mask, ulong values)
    {
        ControllerPins pins = Pins;
        _set.CheckOutputs(mask);
        try
        {
            pins.Write(mask, values);
        }
        catch (IOException exception)
        {
            _events.Gone(exception.GetBaseException().Message);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Reconfigure(GpioLine line)
    {
        GpioLineSet set = _set.With(line);
        ControllerErrors.CheckSupported(set.Options);
        if (_pins is { } pins)
        {
            pins.Reconfigure(set, Enumerable.Range(0, set.Count).First(i => set.Options.Lines[i].IsSameLine(line)));
        }

        _set = set;
    }

    int IGpioReader.Read(Span<GpioEdge> edges, out string? goneBecause)
    {
        goneBecause = null;
        return _pins!.Edges.Take(edges);
    }

    ulong IGpioReader.ReadLevels() => ReadAll();

    private void Open(SourceContext context)
    {
        ControllerPins? pins = null;
        try
        {
            GpioController controller = OpenController();
            int[] offsets = OffsetsOf(controller);
            pins = new ControllerPins(controller, _isOwned, Device, _set, offsets, context);
            pins.Open();
            (_pins, _offsets) = (pins, offsets);
        }
        catch when (pins is not null)
        {
            pins.End(writesSafeLevels: false);
            _release.Start(context, pins);
            throw;
        }

        _events.Start(context, _set.Count);
        if (Options.RemovalCheck is { } period)
        {
            _check = context.Loop.CallEvery(period, static lines => lines.CheckChip(), this, "gpio removal check");
            _check.Unref();
        }
    }

    private GpioController OpenController()
    {
        try
        {
            return _open();
        }
        catch (Exception exception)
        {
            throw ControllerErrors.Opening(Device, "opening", exception);
        }
    }

    // Not every driver knows how many lines there are; then those that are not there are refused when they are opened.
    private int[] OffsetsOf(GpioController controller)
    {
        int lines;
        try
        {
            lines = controller.PinCount;
        }
        catch (Exception exception) when (exception is NotSupportedException or NotImplementedException)
        {
            lines = int.MaxValue; // this driver does not say
        }

        try
        {
            return GpioOffsets.Of(Options, Device, lines, static () => []);
        }
        catch when (_isOwned)
        {
            controller.Dispose(); // no pin was opened: there is no thread to wait for
            throw;
        }
    }

    // Of debounced lines: what has lasted becomes an edge, and what may last is looked at again then.
    private void Settle()
    {
        if (_pins is not { } pins || _context is not { } context)
        {
            return;
        }

        TimeSpan now = context.Loop.TimeProvider.GetElapsedTime(0);
        ulong due = pins.Edges.Due(now, out TimeSpan? next);
        if (due != 0)
        {
            try
            {
                if (pins.Edges.Settle(due, ReadLevels(), now))
                {
                    context.Wake();
                }
            }
            catch (IOException)
            {
                return; // the chip is gone, which was noted
            }
        }

        if (next is { } when && !(_settlesAt <= when))
        {
            _settling.Cancel();
            _settlesAt = when;
            _settling = context.Loop.CallAt(
                when,
                static lines =>
                {
                    lines._settlesAt = null;
                    lines.Settle();
                },
                this); // with a name it would allocate
            _settling.Unref();
        }
    }

    private ulong ReadLevels()
    {
        ControllerPins pins = Pins;
        try
        {
            return pins.ReadLevels();
        }
        catch (IOException exception)
        {
            _events.Gone(exception.GetBaseException().Message);
            throw;
        }
    }

    private void CheckChip()
    {
        try
        {
            _ = ReadLevels();
        }
        catch (IOException)
        {
            // Which has noted it.
        }
    }

    private int IndexOf(int line)
    {
        _ = Pins;
        int index = _offsets.AsSpan().IndexOf(line);
        return index >= 0 ? index : throw new ArgumentException($"{Device}: line {line} is not one of this request, which has {string.Join(", ", _offsets)}.", nameof(line));
    }
}
