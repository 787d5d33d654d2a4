using Mainspring.Devices;
using Mainspring.Devices.Ports;

namespace Mainspring.Pi;

/// <summary>Serial ports over System.IO.Ports.</summary>
internal static class PortsBackend
{
    public static ISerialPort Port(string device, SerialOptions options) => new SerialPortSource(device, options);
}
