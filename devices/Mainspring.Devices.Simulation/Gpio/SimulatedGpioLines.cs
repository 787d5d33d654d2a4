namespace Mainspring.Devices.Simulation;

/// <summary>Lines of a simulated chip as a source, with the same events and refusals as those of a real one.</summary>
internal sealed class SimulatedGpioLines : IGpioLines, IPreparedSource, IGpioReader
{
    private const string Removed = "the chip was removed";

    private readonly SimulatedGpioChip _chip;
    private readonly GpioEvents _events;
    private GpioLineSet _set;
    private SourceContext? _context;
    private GpioEdgeBuffer? _buffer;
    private int[] _offsets = [];

    public SimulatedGpioLines(SimulatedGpioChip chip, GpioOptions options)
    {
        _chip = chip;
        _set = new GpioLineSet(options);
        Name = $"gpio:{chip.Name}";
        _events = new GpioEvents(chip.Name, this);
    }

    public string Name { get; }

    public string Device => _chip.Name;

    public GpioOptions Options => _set.Options;

    public bool IsOpen => _context is not null;

    /// <summary>The loop's time now: the chip's time while it is attached.</summary>
    public TimeSpan LoopTime => _context!.Loop.TimeProvider.GetElapsedTime(0);

    public void Attach(SourceContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_context is not null)
        {
            throw new InvalidOperationException($"{Name} is attached already: the lines serve one loop.");
        }

        if (!_chip.IsPresent)
        {
            throw new IOException($"{Device}: there is no such chip; call Restore.");
        }

        int[] offsets = GpioOffsets.Of(Options, Device, _chip.LineCount, _chip.Names);
        foreach (int offset in offsets)
        {
            if (_chip.At(offset) is { Holder: { } holder } line)
            {
                string name = line.Name.Length > 0 ? $" ('{line.Name}')" : "";
                throw new IOException($"{Device} line {offset}{name}: in use by '{holder}'; end that program or driver, or take another line.");
            }
        }

        (_context, _offsets) = (context, offsets);
        _buffer = new GpioEdgeBuffer(Options);
        _chip.Attach(this);
        for (int i = 0; i < offsets.Length; i++)
        {
            SimulatedGpioLine line = _chip.At(offsets[i]);
            (line.Holder, line.User) = (Options.Consumer, null);
            Configure(i, Options.Lines[i].Initial);
            line.User = this;
        }

        _events.Start(context, offsets.Length);
    }

    public bool Prepare(ref TimeSpan maxWait)
    {
        if (_context is null || _chip.NextChange is not { } next)
        {
            return false;
        }

        TimeSpan wait = next - LoopTime;
        if (wait > TimeSpan.Zero && wait < maxWait)
        {
            maxWait = wait;
        }

        return wait <= TimeSpan.Zero;
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if (_context is not null)
        {
            _chip.CatchUp();
        }

        return _events.Dispatch(maxEvents);
    }

    public void Detach()
    {
        _events.Stop();
        if (_context is null)
        {
            return;
        }

        if (_chip.IsPresent)
        {
            _chip.CatchUp();
            Set(_set.Safe, _set.SafeValues);
        }

        foreach (int offset in _offsets)
        {
            // Released: an output keeps its level, as if something held it.
            SimulatedGpioLine line = _chip.At(offset);
            (line.Holder, line.User, line.SettledAt) = (null, null, null);
            (line.Settings, line.Debounce, line.Clock) = (default, default, default);
            line.Debounced = line.Level;
        }

        _chip.Detach(this);
        _context = null;
    }

    public int OffsetOf(string name)
    {
        CheckOpen();
        for (int i = 0; i < _set.Count; i++)
        {
            if (Options.Lines[i].Name == name)
            {
                return _offsets[i];
            }
        }

        throw new ArgumentException($"{Device}: no line is requested by the name '{name}'.", nameof(name));
    }

    public bool Read(int line) => (ReadAll() >> IndexOf(line) & 1) != 0;

    public ulong ReadAll()
    {
        CheckOpen();
        _chip.CatchUp();
        ulong levels = 0;
        for (int i = 0; i < _offsets.Length; i++)
        {
            SimulatedGpioLine line = _chip.At(_offsets[i]);
            levels |= (line.Debounce > TimeSpan.Zero ? line.Debounced : line.Level) != line.Settings.ActiveLow ? 1UL << i : 0;
        }

        return levels;
    }

    public void Write(int line, bool level)
    {
        ulong bit = 1UL << IndexOf(line);
        WriteMany(bit, level ? bit : 0);
    }

    public void WriteMany(ulong mask, ulong values)
    {
        CheckOpen();
        _set.CheckOutputs(mask);
        _chip.CatchUp();
        Set(mask, values);
    }

    public void Reconfigure(GpioLine line)
    {
        GpioLineSet set = _set.With(line);
        if (_context is null)
        {
            _set = set;
            return;
        }

        CheckOpen();
        _chip.CatchUp();
        _set = set;
        for (int i = 0; i < _set.Count; i++)
        {
            if (Options.Lines[i].IsSameLine(line))
            {
                Configure(i, line.Initial);
            }
        }
    }

    /// <summary>The chip was removed.</summary>
    public void Gone() => _events.Gone(Removed);

    /// <summary>A line of this source has a new level, which has lasted as long as it has to.</summary>
    public void OnLevel(int offset, bool level, TimeSpan when)
    {
        int index = Array.IndexOf(_offsets, offset);
        GpioLine line = Options.Lines[index];
        bool isRising = level != line.ActiveLow;
        if ((line.Edges & (isRising ? GpioEdges.Rising : GpioEdges.Falling)) == 0 || !_chip.IsPresent)
        {
            return;
        }

        _buffer!.Add(offset, index, isRising, when);
        _context?.Wake();
    }

    int IGpioReader.Read(Span<GpioEdge> edges, out string? goneBecause)
    {
        goneBecause = null;
        return _buffer!.Take(edges);
    }

    ulong IGpioReader.ReadLevels() => ReadAll();

    private void Configure(int index, bool initial)
    {
        SimulatedGpioLine line = _chip.At(_offsets[index]);
        GpioLine wanted = Options.Lines[index];
        (line.Settings, line.Debounce, line.Clock) = (GpioSettings.Of(wanted), wanted.Debounce, Options.EventClock);
        line.Driven = initial != wanted.ActiveLow;
        SimulatedGpioLines? user = line.User;
        line.User = null; // settings are no edges
        _chip.Update(_offsets[index]);
        (line.Debounced, line.SettledAt, line.User) = (line.Level, null, user);
    }

    private void Set(ulong mask, ulong values)
    {
        for (int i = 0; i < _offsets.Length; i++)
        {
            if ((mask >> i & 1) != 0)
            {
                SimulatedGpioLine line = _chip.At(_offsets[i]);
                line.Driven = (values >> i & 1) != 0 != line.Settings.ActiveLow;
                _chip.Update(_offsets[i]);
            }
        }
    }

    private int IndexOf(int line)
    {
        CheckOpen();
        int index = Array.IndexOf(_offsets, line);
        return index >= 0 ? index : throw new ArgumentException($"{Device}: line {line} is not one of this request, which has {string.Join(", ", _offsets)}.", nameof(line));
    }

    private void CheckOpen()
    {
        if (_context is null)
        {
            throw new IOException($"{Device}: the lines are not requested; add them to a loop and wait for GpioConnected.");
        }

        if (!_chip.IsPresent)
        {
            throw new IOException($"{Device}: the chip is gone; wait for GpioConnected.");
        }
    }
}
