using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Pi;

/// <summary>The devices that the system has.</summary>
internal sealed class SystemDevices(MainLoop loop, Backend backend) : IMachineDevices
{
    private readonly Dictionary<string, LinuxI2cBus> _buses = [];

    public ISerialPort Port(PortConfig config) => Backends.Port(backend, config.Device, config.Options);

    public IGpioLines Lines(string chip, GpioOptions options) => new LinuxGpioLines(chip, options);

    // A bus is opened when it is first needed, and again when it has come back.
    public async LoopTask ReadAsync(SensorConfig sensor, byte[] bytes)
    {
        if (!_buses.TryGetValue(sensor.Bus, out LinuxI2cBus? bus))
        {
            _buses.Add(sensor.Bus, bus = LinuxI2cBus.Open(sensor.Bus));
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
        foreach (LinuxI2cBus bus in _buses.Values)
        {
            bus.Dispose();
        }
    }
}
