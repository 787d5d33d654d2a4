using Mainspring.Devices;

namespace Mainspring.Pi;

/// <summary>Where a machine's devices come from: the system, or a simulation.</summary>
internal interface IMachineDevices : IDisposable
{
    ISerialPort Port(PortConfig config);

    IGpioLines Lines(string chip, GpioOptions options);

    /// <summary>Reads a sensor's register, without holding the loop.</summary>
    /// <exception cref="IOException">(From the task.) The device does not answer, or its bus is not there.</exception>
    LoopTask ReadAsync(SensorConfig sensor, byte[] bytes);
}
