using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// Lines of a GPIO chip of Linux (the character device, version 2: linux/gpio.h, kernel 5.10 or later). Their edges are a descriptor in the loop's one wait: while they are silent they cost
/// nothing, and an event allocates nothing.
/// </summary>
/// <remarks>
/// <para>Outputs with a <see cref="GpioLine.Safe"/> level get it when the source is removed, the loop is disposed, or the process ends in an orderly way (<c>Main</c> returns,
/// <c>Environment.Exit</c>) or by an unhandled exception. Then the lines are released, and their driver decides what becomes of them: many keep the level, some make the line an
/// input. After SIGKILL, or a SIGTERM or SIGINT that the program does not handle, only that happens: handle those two, and let what must be safe in any case hang on a resistor.</para>
/// <para>When the chip is removed, <see cref="GpioDisconnected"/> is emitted, and the source's <see cref="RetryPolicy"/> requests the lines again when it returns. Kernels before 6.6
/// do not wake who waits for the lines, so that the device's node is watched as well; see <see cref="GpioOptions.RemovalCheck"/>.</para>
/// </remarks>
[DebuggerDisplay("{Name}, open: {IsOpen}")]
public sealed unsafe class LinuxGpioLines : IGpioLines, IPollableSource, IGpioReader
{
    private const int BatchSize = 64;
    private const string Unplugged = "the chip was removed";

    private readonly GpioEvents _events;
    private readonly GpioAbi.LineEvent[] _buffer = new GpioAbi.LineEvent[BatchSize];
    private GpioLineSet _set;
    private SafeFileHandle? _file;
    private GpioSafeguard? _safeguard;
    private GpioTimeMap? _time;
    private SourceHandle? _node;
    private TimerHandle _check;
    private int[] _offsets = [];
    private ulong _written; // levels of the outputs

    /// <summary>Lines that are requested when they are added to a loop.</summary>
    /// <param name="chip">The chip's path (<c>/dev/gpiochip0</c>), name or label; looked up anew for every attach.</param>
    /// <param name="options">The lines.</param>
    /// <exception cref="ArgumentException">The options contradict each other, or need more than one request can hold.</exception>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public LinuxGpioLines(string chip, GpioOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(chip);
        ArgumentNullException.ThrowIfNull(options);
        LinuxOnly.Check(chip, nameof(LinuxGpioLines), LinuxOnly.GpioInstead);

        _set = new GpioLineSet(options);
        Device = chip;
        Name = $"gpio:{chip}";
        _events = new GpioEvents(chip, this);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Device { get; }

    /// <inheritdoc/>
    public GpioOptions Options => _set.Options;

    /// <inheritdoc/>
    public bool IsOpen => _file is not null;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The lines are not attached.</exception>
    public SafeHandle Handle => _file ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    private SafeFileHandle File => _file ?? throw GpioErrors.NotOpen(Device);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The lines are attached already.</exception>
    /// <exception cref="IOException">The chip is not there, has no such line, or a line is in use; the message says by whom.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_file is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: the lines serve one loop.");
        }

        string path = GpioDevice.PathOf(Device);
        using SafeFileHandle chip = GpioDevice.Open(path);
        GpioChipInfo info = GpioDevice.Info(chip, path);
        _offsets = GpioOffsets.Of(Options, path, info.LineCount, () => GpioDevice.Names(chip, path, info.LineCount));
        _file = GpioRequest.Lines(chip, path, _set, _offsets);
        _written = _set.Initial;
        _safeguard = new GpioSafeguard(_file, _set.Safe, _set.SafeValues);
        _time = new GpioTimeMap(context.Loop, Options.EventClock);
        WatchNode(context.Loop, path);
        _events.Start(context, _set.Count);
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if ((ready & (PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            CheckChip();
        }

        return _events.Dispatch(maxEvents);
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _events.Stop();
        _check.Cancel();
        _node?.Remove();
        _safeguard?.Release();
        _file?.Dispose();
        (_node, _safeguard, _file, _time) = (null, null, null, null);
    }

    /// <inheritdoc/>
    public int OffsetOf(string name)
    {
        _ = File;
        for (int i = 0; i < _set.Count; i++)
        {
            if (Options.Lines[i].Name == name)
            {
                return _offsets[i];
            }
        }

        throw new ArgumentException($"{Device}: no line is requested by the name '{name}'.", nameof(name));
    }

    /// <inheritdoc/>
    public bool Read(int line) => ReadLevels(1UL << IndexOf(line)) != 0;

    /// <inheritdoc/>
    public ulong ReadAll() => ReadLevels(_set.All);

    /// <inheritdoc/>
    public void Write(int line, bool level)
    {
        ulong bit = 1UL << IndexOf(line);
        WriteMany(bit, level ? bit : 0);
    }

    /// <inheritdoc/>
    public void WriteMany(ulong mask, ulong values)
    {
        _ = File;
        _set.CheckOutputs(mask);
        if (mask == 0)
        {
            return;
        }

        Check(_safeguard!.Write(mask, values & mask), "writing");
        _written = (_written & ~mask) | (values & mask);
    }

    /// <inheritdoc/>
    public void Reconfigure(GpioLine line)
    {
        GpioLineSet set = _set.With(line);
        if (_safeguard is { } safeguard)
        {
            int index = Enumerable.Range(0, set.Count).First(i => set.Options.Lines[i].IsSameLine(line));
            ulong bit = 1UL << index;
            ulong levels = (_written & set.Outputs & ~bit) | (line.Initial ? bit : 0);
            Check(safeguard.Reconfigure(set, levels), $"reconfiguring line {_offsets[index]}");
            _written = levels;
        }

        _set = set;
    }

    int IGpioReader.Read(Span<GpioEdge> edges, out string? goneBecause)
    {
        goneBecause = null;
        int wanted = Math.Min(edges.Length, BatchSize);
        int bytes = Descriptor.Read(_file!, MemoryMarshal.AsBytes(_buffer.AsSpan(0, wanted)), out Errno error);
        if (bytes == 0 && error != Errno.Again)
        {
            goneBecause = error == Errno.NoDevice ? Unplugged : error.Message;
        }

        int count = bytes / Unsafe.SizeOf<GpioAbi.LineEvent>();
        if (count > 0)
        {
            _time!.BeginBatch();
        }

        for (int i = 0; i < count; i++)
        {
            ref readonly GpioAbi.LineEvent e = ref _buffer[i];
            edges[i] = new GpioEdge(
                (int)e.Offset, _offsets.AsSpan().IndexOf((int)e.Offset), e.Id == GpioAbi.Rising, _time!.ToLoop((long)e.TimestampNs), (long)e.TimestampNs, e.Sequence, e.LineSequence);
        }

        return count;
    }

    ulong IGpioReader.ReadLevels() => ReadAll();

    private ulong ReadLevels(ulong mask)
    {
        GpioAbi.Values values = new() { Mask = mask };
        Check(Libc.Control(File, GpioAbi.GetValues, &values) == 0 ? Errno.None : Errno.Last, "reading");
        return values.Bits & mask;
    }

    private int IndexOf(int line)
    {
        _ = File;
        int index = _offsets.AsSpan().IndexOf(line);
        return index >= 0 ? index : throw new ArgumentException($"{Device}: line {line} is not one of this request, which has {string.Join(", ", _offsets)}.", nameof(line));
    }

    private void Check(Errno error, string what)
    {
        if (error == Errno.NoDevice)
        {
            _events.Gone(Unplugged);
        }

        if (error != Errno.None)
        {
            throw GpioErrors.Using(Device, what, error);
        }
    }

    private void WatchNode(MainLoop loop, string path)
    {
        if (ChipNodeWatch.TryCreate(path, CheckChip) is { } watch)
        {
            _node = loop.Add(watch, RetryPolicy.Never);
            _node.Unref();
        }

        if (Options.RemovalCheck is { } period)
        {
            _check = loop.CallEvery(period, static lines => lines.CheckChip(), this, "gpio removal check");
            _check.Unref();
        }
    }

    // Every call for lines of a chip that is gone fails alike.
    private void CheckChip()
    {
        GpioAbi.Values values = new() { Mask = 1 };
        if (_file is { } file && Libc.Control(file, GpioAbi.GetValues, &values) != 0 && Errno.Last == Errno.NoDevice)
        {
            _events.Gone(Unplugged);
        }
    }
}
