using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// Watches who uses the lines of a chip (GPIO_V2_GET_LINEINFO_WATCH_IOCTL), without using them: emits <see cref="GpioConnected"/> (without levels), <see cref="GpioLineChanged"/> and
/// <see cref="GpioDisconnected"/>. The kernel keeps 32 changes. When they were not read in time, the lines are asked anew, and each that is not as it was known is one event; since what
/// happened between is unknown, at least one loss is counted then.
/// </summary>
[DebuggerDisplay("{Name}")]
public sealed class LinuxGpioWatch : IPollableSource
{
    private const int KernelBufferSize = 32; // the kernel's buffer of changes
    private const string Removed = "the chip was removed";

    private readonly string _chip;
    private readonly int[]? _wanted;
    private readonly byte[] _buffer = new byte[KernelBufferSize * GpioAbi.ChangeSize];
    private SourceContext? _context;
    private SafeFileHandle? _file;
    private GpioTimeMap? _time;
    private SourceHandle? _node;
    private GpioLineInfo[] _known = []; // by the lines' numbers
    private int[] _lines = [];
    private string _path = "";
    private int _start;           // of the changes in the buffer that were not emitted
    private int _end;
    private int _resync = -1;     // the next of the lines that is asked anew
    private bool _hasLost;        // a change that was not told is found
    private bool _isAnnounced;
    private bool _isOver;
    private string? _goneBecause;

    /// <summary>A watch that begins when it is added to a loop.</summary>
    /// <param name="chip">The chip's path, name or label; looked up anew for every attach.</param>
    /// <param name="lines">The lines' numbers; null or none are all.</param>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public LinuxGpioWatch(string chip, IEnumerable<int>? lines = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(chip);
        LinuxOnly.Check(chip, nameof(LinuxGpioWatch), LinuxOnly.GpioInstead);

        _chip = chip;
        _wanted = lines?.Distinct().ToArray() is { Length: > 0 } some ? some : null;
        Name = $"gpio-watch:{chip}";
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is not attached.</exception>
    public SafeHandle Handle => _file ?? throw new InvalidOperationException($"{Name} is not attached.");

    /// <inheritdoc/>
    public PollEvents Interest => PollEvents.Readable;

    /// <summary>The lines as they are known, by their numbers; those that are not watched are empty. Valid while it is attached.</summary>
    public ReadOnlySpan<GpioLineInfo> Lines => _known;

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">It is attached already.</exception>
    /// <exception cref="IOException">The chip is not there, or has no such line.</exception>
    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_file is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: a watch serves one loop.");
        }

        _path = GpioDevice.PathOf(_chip);
        _file = GpioDevice.Open(_path);
        GpioDevice.MakeNonBlocking(_file, _path);
        int count = GpioDevice.Info(_file, _path).LineCount;
        _lines = _wanted ?? [.. Enumerable.Range(0, count)];
        _known = new GpioLineInfo[count];
        foreach (int line in _lines)
        {
            _known[line] = line < count && line >= 0 ? GpioDevice.LineInfo(_file, _path, line, watch: true) : throw GpioOffsets.NoSuchLine(_path, line, count);
        }

        _context = context;
        _time = new GpioTimeMap(context.Loop, GpioEventClock.Monotonic);
        (_start, _end, _resync) = (0, 0, -1);
        (_isAnnounced, _isOver, _hasLost, _goneBecause) = (false, false, false, null);
        if (ChipNodeWatch.TryCreate(_path, CheckChip) is { } watch)
        {
            _node = context.Loop.Add(watch, RetryPolicy.Never);
            _node.Unref();
        }

        context.Wake(); // for GpioConnected, when the first handlers have been added
    }

    /// <inheritdoc/>
    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if ((ready & (PollEvents.HangUp | PollEvents.Error)) != 0)
        {
            CheckChip();
        }

        SourceContext? context = _context;
        int handled = 0;
        bool mayRead = true;
        while (context is not null && handled < maxEvents && ReferenceEquals(_context, context) && EmitNext(context, ref mayRead))
        {
            handled++;
        }

        return handled;
    }

    /// <inheritdoc/>
    public void Detach()
    {
        _node?.Remove();
        _file?.Dispose();
        (_node, _file, _context, _time) = (null, null, null, null);
    }

    private bool EmitNext(SourceContext context, ref bool mayRead)
    {
        if (!_isAnnounced)
        {
            _isAnnounced = true;
            context.Emit(new GpioConnected(_chip, 0));
            return true;
        }

        if (_start == _end && _resync < 0 && mayRead && _goneBecause is null)
        {
            mayRead = Read();
        }

        if (_start < _end)
        {
            EmitChange(context);
            return true;
        }

        if (_resync >= 0 && _goneBecause is null && EmitResync(context))
        {
            return true;
        }

        if (_goneBecause is null || _isOver)
        {
            return false;
        }

        _isOver = true;
        context.Emit(new GpioDisconnected(_chip, _goneBecause));
        context.Disconnected();
        return true;
    }

    // Says whether there may be more.
    private bool Read()
    {
        int bytes = Descriptor.Read(_file!, _buffer, out Errno error);
        if (bytes == 0 && error != Errno.Again)
        {
            _goneBecause = error == Errno.NoDevice ? Removed : error.Message;
        }

        (_start, _end) = (0, bytes / GpioAbi.ChangeSize);
        bool wasFull = _end == KernelBufferSize;
        _resync = wasFull ? 0 : -1; // the kernel drops the newest, and does not say so
        _hasLost = false;
        return wasFull;
    }

    private void EmitChange(SourceContext context)
    {
        ReadOnlySpan<byte> change = _buffer.AsSpan(_start++ * GpioAbi.ChangeSize, GpioAbi.ChangeSize);
        int line = BinaryPrimitives.ReadInt32LittleEndian(change[GpioAbi.LineOffset..]);
        long time = BinaryPrimitives.ReadInt64LittleEndian(change[GpioAbi.ChangeTime..]);
        ref GpioLineInfo known = ref _known[line];
        known = GpioDevice.ToInfo(change[..GpioAbi.LineInfoSize], in known);
        _time!.BeginBatch();
        context.Emit(new GpioLineChanged((GpioChange)BinaryPrimitives.ReadInt32LittleEndian(change[GpioAbi.ChangeKind..]), known, _time.ToLoop(time), time));
    }

    // The next line that is not as it was known.
    private bool EmitResync(SourceContext context)
    {
        try
        {
            while (_resync < _lines.Length)
            {
                int line = _lines[_resync];
                GpioLineInfo now = GpioDevice.LineInfo(_file!, _path, line);
                if (now != _known[line])
                {
                    if (!_hasLost)
                    {
                        _hasLost = true;
                        context.Lost(1);
                        return true; // a handler may have removed the source
                    }

                    _resync++;
                    GpioChange change = now.IsUsed == _known[line].IsUsed ? GpioChange.Reconfigured : now.IsUsed ? GpioChange.Requested : GpioChange.Released;
                    _known[line] = now;
                    long time = GpioAbi.Time(GpioAbi.ClockIdMonotonic);
                    _time!.BeginBatch();
                    context.Emit(new GpioLineChanged(change, now, _time.ToLoop(time), time));
                    return true;
                }

                _resync++;
            }
        }
        catch (IOException exception)
        {
            _goneBecause = exception.Message;
        }

        _resync = -1;
        return false;
    }

    private void CheckChip()
    {
        if (_file is { } file && GpioDevice.IsGone(file))
        {
            _goneBecause ??= Removed;
            _context?.Wake();
        }
    }
}
