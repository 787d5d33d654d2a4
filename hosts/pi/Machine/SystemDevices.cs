using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Pi;

/// <summary>The devices that the system has.</summary>
internal sealed class SystemDevices(MainLoop loop, Backend backend) : IMachineDevices
{
    private readonly Dictionary<string, II2cBus> _buses = [];

    public ISerialPort Port(PortConfig config) => Backends.Port(backend, config.Device, config.Options);

    public IGpioLines Lines(string chip, GpioOptions options) => Backends.Lines(backend, chip, options);

    // A bus is opened when it is first needed, and again when it has come back.
    public async LoopTask ReadAsync(SensorConfig sensor, byte[] bytes)
    {
        if (!_buses.TryGetValue(sensor.Bus, out II2cBus? bus))
        {
            _buses.Add(sensor.Bus, bus = OperatingSystem.IsLinux() ? LinuxI2cBus.Open(sensor.Bus)
                : throw new PlatformNotSupportedException($"{sensor.Bus}: this program reads the sensors of buses on Linux only."));
        }

        try
        {
            await bus.Device(sensor.Address).ReadRegistersAsync(loop, sensor.Register, bytes);
        }
        catch (IOException) when (!File.Exists(sensor.Bus) && _buses.Remove(sensor.Bus))
        {
            bus.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (II2cBus bus in _buses.Values)
        {
            bus.Dispose();
        }
    }
}
