using Mainspring.Devices;
using Mainspring.Devices.Iot;

namespace Mainspring.Pi;

/// <summary>Lines over System.Device.Gpio.</summary>
internal static class IotBackend
{
    public static IGpioLines Lines(string chip, GpioOptions options) => new GpioControllerSource(chip, options);
}
