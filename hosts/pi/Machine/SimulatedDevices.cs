using System.Runtime.Versioning;
using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Pi;

/// <summary>
/// Devices that do not exist: ports are pseudo-terminals, at whose other ends receivers send, or any program may talk; the voltage of every input falls and rises once a second; what is driven is seen by nobody.
/// </summary>
internal sealed class SimulatedDevices(MainLoop loop, MachineLog log, Backend backend) : IMachineDevices
{
    private const int NamedLinesFrom = 64; // lines that are asked for by name get numbers behind those of the others

    private static readonly TimeSpan s_half = TimeSpan.FromMilliseconds(500);

    private readonly List<IDisposable> _made = [];
    private readonly SimulatedI2cBus _bus = new();
    private readonly Dictionary<int, SimulatedI2cRegisters> _devices = [];

    public ISerialPort Port(PortConfig config) => OperatingSystem.IsLinux() ? TerminalPort(config)
        : throw new PlatformNotSupportedException($"port {config.Name}: simulated ports are pseudo-terminals, and so for Linux only; give a real one here.");

    public IGpioLines Lines(string chip, GpioOptions options)
    {
        int named = 0, count = NamedLinesFrom;
        foreach (GpioLine line in options.Lines)
        {
            count = Math.Max(count, line.Offset + 1);
        }

        var simulated = new SimulatedGpioChip(count + options.Lines.Count, chip);
        foreach (GpioLine line in options.Lines)
        {
            int offset = line.Offset;
            if (line.Name is { } name)
            {
                offset = count + named++;
                simulated.SetName(offset, name);
            }

            if (line.Direction == GpioDirection.Input)
            {
                bool level = true;
                simulated.Drive(offset, level);
                loop.CallEvery(s_half, () => simulated.Drive(offset, level = !level), "simulated input");
            }
        }

        log.Event("simulated", $"chip {chip}", $"{options.Lines.Count} lines; inputs change twice a second");
        return simulated.CreateLines(options);
    }

    // Its value, as scaled, goes from 20 to 80 and back in a minute.
    public LoopTask ReadAsync(SensorConfig sensor, byte[] bytes)
    {
        if (!_devices.TryGetValue(sensor.Address, out SimulatedI2cRegisters? device))
        {
            _devices.Add(sensor.Address, device = new SimulatedI2cRegisters());
            _bus.Add(sensor.Address, device);
        }

        double value = 50 + (30 * Math.Sin(loop.Now.TotalSeconds * Math.Tau / 60));
        (int least, int most) = sensor.Type switch
        {
            SensorType.U8 => (0, 255),
            SensorType.I8 => (-128, 127),
            SensorType.U16BigEndian or SensorType.U16LittleEndian => (0, 65535),
            _ => (-32768, 32767),
        };
        int raw = (int)Math.Clamp(Math.Round((value - sensor.Offset) / sensor.Scale), least, most);
        bool isLittle = sensor.Type is SensorType.U16LittleEndian or SensorType.I16LittleEndian;
        for (int i = 0; i < bytes.Length; i++)
        {
            device[(sensor.Register + i) & 0xFF] = (byte)(raw >> (8 * (isLittle ? i : bytes.Length - 1 - i)));
        }

        return _bus.Device(sensor.Address).ReadRegistersAsync(loop, sensor.Register, bytes);
    }

    public void Dispose() => _made.ForEach(static made => made.Dispose());

    [SupportedOSPlatform("linux")]
    private ISerialPort TerminalPort(PortConfig config)
    {
        if (config.Reads == PortReads.Nmea)
        {
            var receiver = new SimulatedReceiver(loop);
            _made.Add(receiver);
            log.Event("simulated", $"port {config.Name}", $"a receiver on {receiver.Path}");
            return Backends.Port(backend, receiver.Path, config.Options);
        }

        PseudoTerminal near = Terminal(), far = Terminal();
        Join(near, far);
        Join(far, near);
        log.Event("simulated", $"port {config.Name}", $"its other end is {far.Path}");
        return Backends.Port(backend, near.Path, config.Options);
    }

    [SupportedOSPlatform("linux")]
    private PseudoTerminal Terminal()
    {
        var terminal = new PseudoTerminal();
        _made.Add(terminal);
        return terminal;
    }

    // A line that nobody reads is full, as a real one would be overrun.
    [SupportedOSPlatform("linux")]
    private void Join(PseudoTerminal from, PseudoTerminal to) =>
        loop.Add(from, RetryPolicy.Never).On<SerialData>((in SerialData data, in EventInfo _) => to.TryWrite(data.Bytes));
}
