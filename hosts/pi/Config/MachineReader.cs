using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Pi;

/// <summary>Makes a <see cref="MachineConfig"/> of a file: reads it, checks it, and tells everything that is wrong at once.</summary>
internal sealed class MachineReader
{
    private const string SectionName = "Machine"; // in an appsettings.json
    private const int LongestLine = 1024;
    private const long MaxFileBytes = 16 * 1024 * 1024;

    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_millisecond = TimeSpan.FromMilliseconds(1);

    private readonly ConfigProblems _problems;
    private readonly List<PortConfig> _ports = [];
    private readonly List<LineConfig> _lines = [];
    private readonly List<SensorConfig> _sensors = [];
    private readonly List<string> _portNames = [];   // also of those that are wrong, so that one mistake is one message
    private readonly List<string> _lineNames = [];
    private readonly List<string> _sensorNames = [];
    private RecordConfig? _record;

    private MachineReader(ConfigProblems problems) => _problems = problems;

    /// <summary>Reads a file.</summary>
    /// <returns>Null when something is wrong with it; the problems say what.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static MachineConfig? Load(string path, out ConfigProblems problems)
    {
        problems = new ConfigProblems(path);
        using FileStream file = File.OpenRead(path);
        if (file.CanSeek && file.Length > MaxFileBytes)
        {
            problems.Add(0, $"is larger than {MaxFileBytes / 1024 / 1024} MiB; this is no configuration");
            return null;
        }

        using var content = new MemoryStream();
        file.CopyTo(content);
        return Parse(content.GetBuffer().AsSpan(0, (int)content.Length), problems);
    }

    /// <summary>Reads a file's contents.</summary>
    /// <returns>Null when something is wrong with it; the problems say what.</returns>
    public static MachineConfig? Parse(ReadOnlySpan<byte> json, ConfigProblems problems)
    {
        if (ConfigParser.Parse(json, problems) is not { } root)
        {
            return null;
        }

        MachineConfig config = new MachineReader(problems).Machine(root.Find(SectionName) ?? root);
        return problems.IsEmpty ? config : null;
    }

    private MachineConfig Machine(ConfigNode node)
    {
        var root = new ConfigSection(node, _problems);
        LoopConfig loop = Loop(root.Section("loop"));
        foreach ((string name, ConfigSection section) in root.Named("ports"))
        {
            _portNames.Add(name);
            Port(name, section);
        }

        foreach ((string name, ConfigSection section) in root.Named("lines"))
        {
            _lineNames.Add(name);
            Line(name, section);
        }

        foreach ((string name, ConfigSection section) in root.Named("sensors"))
        {
            _sensorNames.Add(name);
            Sensor(name, section);
        }

        _record = Record(root.Section("record"));
        List<RuleConfig> rules = new RuleReader(_problems, _ports, _lines, _portNames, _lineNames, _sensorNames, root.Has("record")).Read(root);
        root.End();
        CheckDuplicates(root);
        if (_problems.IsEmpty && _ports.Count == 0 && _lines.Count == 0 && _sensors.Count == 0)
        {
            root.Wrong(null, "defines no devices: there is nothing to run; give it \"ports\", \"lines\" or \"sensors\"");
        }

        return new MachineConfig(loop, _ports, _lines, _sensors, _record, rules);
    }

    private static LoopConfig Loop(ConfigSection? section)
    {
        if (section is null)
        {
            return new LoopConfig(0, Precision.Sleep, null, null, null);
        }

        double hz = section.Number("hz", 0, 1_000_000, "frames per second; 0 is event-driven") ?? 0;
        if (hz is > 0 and < 0.001)
        {
            section.Wrong("hz", "has to be 0, which is event-driven, or from 0.001 to 1000000 frames per second");
        }

        Precision precision = section.Choice("precision", [("sleep", Precision.Sleep), ("hybrid", Precision.Hybrid), ("spin", Precision.Spin)]) ?? Precision.Sleep;
        TimeSpan? watchdog = section.Duration("watchdog", s_millisecond, s_day);
        TimeSpan? status = section.Duration("status", TimeSpan.FromSeconds(1), s_day);
        RealTimeOptions? realTime = section.Section("realtime") is { } real ? RealTime(real) : null;
        section.End();
        return new LoopConfig(hz, precision, watchdog, status, realTime);
    }

    private static RealTimeOptions RealTime(ConfigSection section)
    {
        var cpus = new List<int>();
        foreach (ConfigNode cpu in section.Items("cpus"))
        {
            if (cpu.Kind == ConfigKind.Number && cpu.Number is >= 0 and < 1024 && cpu.Number == Math.Floor(cpu.Number))
            {
                cpus.Add((int)cpu.Number);
            }
            else
            {
                section.Wrong("cpus", $"has to be a list of the numbers of CPUs, such as [3], and has {cpu.Describe()}");
            }
        }

        if (section.Has("cpus") && cpus.Count == 0)
        {
            section.Wrong("cpus", "has to name a CPU at least; leave it out to let the loop run on any");
        }

        var options = new RealTimeOptions
        {
            Policy = section.Choice("policy", [("fifo", SchedulingPolicy.Fifo), ("roundRobin", SchedulingPolicy.RoundRobin), ("unchanged", SchedulingPolicy.Unchanged)]) ?? SchedulingPolicy.Fifo,
            Priority = section.Integer("priority", 1, 99, "") ?? 40,
            CpuAffinity = cpus.Count > 0 ? cpus : null,
            LockMemory = section.Flag("lockMemory") ?? false,
            Required = section.Flag("required") ?? true,
        };
        section.End();
        return options;
    }

    private void Port(string name, ConfigSection section)
    {
        string? device = section.Text("device", "give the port's device, such as \"/dev/ttyUSB0\" or a stable name of /dev/serial/by-id");
        PortReads reads = section.Choice("reads", [("nothing", PortReads.Nothing), ("lines", PortReads.Lines), ("nmea", PortReads.Nmea)]) ?? PortReads.Nothing;
        var options = new SerialOptions
        {
            BaudRate = section.Integer("baud", 1, int.MaxValue, "bits per second") ?? SerialAddress.DefaultBaudRate,
            DataBits = section.Integer("dataBits", 5, 8, "bits") ?? 8,
            Parity = section.Choice("parity", [("none", Parity.None), ("odd", Parity.Odd), ("even", Parity.Even), ("mark", Parity.Mark), ("space", Parity.Space)]) ?? Parity.None,
            StopBits = section.Integer("stopBits", 1, 2, "") == 2 ? StopBits.Two : StopBits.One,
            FlowControl = section.Choice("flowControl", [("none", FlowControl.None), ("rtsCts", FlowControl.RtsCts), ("xonXoff", FlowControl.XonXoff)]) ?? FlowControl.None,
            Framing = reads == PortReads.Nothing ? null : new LineFraming(LongestLine),
        };
        TimeSpan? silence = section.Duration("silence", TimeSpan.FromMilliseconds(100), s_day);
        if (silence is not null && reads != PortReads.Nmea)
        {
            section.Wrong("silence", "is about the fix of a receiver: it needs \"reads\": \"nmea\"");
        }

        section.End();
        _ports.Add(new PortConfig(name, device ?? "", options, reads, silence ?? TimeSpan.FromSeconds(5)));
    }

    private void Line(string name, ConfigSection section)
    {
        string? chip = section.Text("chip", "give the chip, such as \"gpiochip0\" ('mainspring-pi list' shows which there are)");
        ConfigNode? where = section.Find("line", "give the line's number on its chip, such as 17, or its name in quotes");
        bool isOutput = section.Choice("direction", [("input", false), ("output", true)], "it is \"input\" or \"output\"") ?? section.Has("safe");
        GpioLine? line = where switch
        {
            null => null,
            { Kind: ConfigKind.Number, Number: >= 0 and <= ushort.MaxValue } when where.Number == Math.Floor(where.Number) => isOutput ? GpioLine.Output((int)where.Number) : GpioLine.Input((int)where.Number),
            { Kind: ConfigKind.Text, Text.Length: > 0 } => isOutput ? GpioLine.Output(where.Text) : GpioLine.Input(where.Text),
            _ => null,
        };
        if (line is null && where is not null)
        {
            section.Wrong("line", $"has to be the line's number on its chip, such as 17, or its name in quotes, and is {where.Describe()}");
        }

        bool activeLow = section.Flag("activeLow") ?? false;
        GpioBias bias = section.Choice("bias", [("as-is", GpioBias.AsIs), ("disabled", GpioBias.Disabled), ("pull-up", GpioBias.PullUp), ("pull-down", GpioBias.PullDown)]) ?? GpioBias.AsIs;
        GpioEdges edges = section.Choice("edges", [("none", GpioEdges.None), ("rising", GpioEdges.Rising), ("falling", GpioEdges.Falling), ("both", GpioEdges.Both)]) ?? (isOutput ? GpioEdges.None : GpioEdges.Both);
        TimeSpan? debounce = section.Duration("debounce", TimeSpan.Zero, TimeSpan.FromMicroseconds(uint.MaxValue));
        GpioDrive? drive = section.Choice("drive", [("push-pull", GpioDrive.PushPull), ("open-drain", GpioDrive.OpenDrain), ("open-source", GpioDrive.OpenSource)]);
        bool? initial = Level(section, "initial");
        bool? safe = Level(section, "safe");
        RefuseOf(section, isOutput, isOutput ? ["edges", "debounce"] : ["drive", "initial", "safe"]);
        section.End();
        if (line is not null)
        {
            line = line with { ActiveLow = activeLow, Bias = bias };
            line = isOutput
                ? line with { Drive = drive ?? GpioDrive.PushPull, Initial = initial ?? safe ?? false, Safe = safe }
                : line with { Edges = edges, Debounce = debounce ?? TimeSpan.Zero };
            _lines.Add(new LineConfig(name, chip is null ? "" : chip.StartsWith("/dev/", StringComparison.Ordinal) ? chip[5..] : chip, line));
        }
    }

    // Levels are logical: with "activeLow", low is the active voltage and high the inactive one; so neither word is about voltage here.
    private static bool? Level(ConfigSection section, string key) => section.Choice(key, RuleReader.Levels);

    private static void RefuseOf(ConfigSection section, bool isOutput, string[] keys)
    {
        foreach (string key in keys)
        {
            if (section.Has(key))
            {
                section.Wrong(key, isOutput ? "is for inputs, and this line is an output" : "is for outputs, and this line is an input");
            }
        }
    }

    private void Sensor(string name, ConfigSection section)
    {
        string? bus = section.Bus("bus", "give the I2C bus, such as 1 or \"/dev/i2c-1\"");
        int? address = section.Address("address", 0x7F, "give the device's address of 7 bits, such as \"0x48\"");
        int? register = section.Address("register", 0xFF, "give the register's number, such as \"0x00\"");
        SensorType type = section.Choice("type", [
            ("u8", SensorType.U8), ("i8", SensorType.I8), ("u16be", SensorType.U16BigEndian), ("i16be", SensorType.I16BigEndian), ("u16le", SensorType.U16LittleEndian), ("i16le", SensorType.I16LittleEndian)],
            "say how its bytes are a number, such as \"i16be\"") ?? SensorType.U8;
        double scale = section.Number("scale", -1e12, 1e12, "") ?? 1;
        if (scale == 0)
        {
            section.Wrong("scale", "is 0: every value would be the same");
        }

        double offset = section.Number("offset", -1e12, 1e12, "") ?? 0;
        string unit = section.Text("unit") ?? "";
        TimeSpan every = section.Duration("every", s_millisecond, s_day) ?? TimeSpan.FromSeconds(1);
        section.End();
        if (bus is not null && address is { } at && register is { } from)
        {
            _sensors.Add(new SensorConfig(name, bus, at, from, type, scale, offset, unit, every));
        }
    }

    private static RecordConfig? Record(ConfigSection? section)
    {
        if (section is null)
        {
            return null;
        }

        string? file = section.Text("file", "give the file that keeps what rules log, such as \"/var/lib/mainspring/record\"");
        double megabytes = section.Number("maxMegabytes", 0.001, 100_000, "MB") ?? 64;
        section.End();
        return file is null ? null : new RecordConfig(file, (long)(megabytes * 1e6));
    }

    // Two users of one device: the second could not open it.
    private void CheckDuplicates(ConfigSection root)
    {
        foreach (LineConfig line in _lines)
        {
            LineConfig first = _lines.Find(other => IsSame(other, line))!;
            if (first != line)
            {
                _problems.Add(root.Node.Find("lines")!.Find(line.Name)!.Find("line")!, $"is '{first.Name}' already: a line has one user");
            }
        }

        CheckRequests(root);
        foreach (PortConfig port in _ports)
        {
            PortConfig first = _ports.Find(other => other.Device == port.Device)!;
            if (port.Device.Length > 0 && first != port)
            {
                _problems.Add(root.Node.Find("ports")!.Find(port.Name)!.Find("device")!, $"is port '{first.Name}' already: a device has one user");
            }
        }
    }

    private static bool IsSame(LineConfig one, LineConfig other) => one.Chip == other.Chip && one.Line.Offset == other.Line.Offset && one.Line.Name == other.Line.Name;

    // The lines of a chip are one request, which the kernel limits: 64 lines, ten different settings.
    private void CheckRequests(ConfigSection root)
    {
        foreach (LineConfig first in _lines)
        {
            List<LineConfig> lines = _lines.FindAll(line => line.Chip == first.Chip && _lines.Find(other => IsSame(other, line)) == line); // one that is there twice is told already
            if (lines[0] != first || root.Node.Find("lines") is not { } node)
            {
                continue;
            }

            try
            {
                new SimulatedGpioChip(1).CreateLines(LineBank.OptionsOf(lines));
            }
            catch (ArgumentException exception)
            {
                _problems.Add(node, $"chip '{first.Chip}': {PlainMessage.Of(exception)}");
            }
        }
    }
}
