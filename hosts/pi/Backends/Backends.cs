using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Windows;

namespace Mainspring.Pi;

/// <summary>Which backends this program was built with, and what they make.</summary>
internal static class Backends
{
    /// <summary>Native on Linux and Windows; elsewhere what the program was built with.</summary>
    public static Backend Default => !OperatingSystem.IsLinux() && !OperatingSystem.IsWindows() && Missing(Backend.Ports) is null ? Backend.Ports : Backend.Native;

    /// <summary>Refuses a name that is none, and what the program was built without.</summary>
    /// <returns>The name.</returns>
    /// <exception cref="FormatException">It is no name, or that backend is missing.</exception>
    public static string Check(string name) => Missing(Of(name)) is { } package
        ? throw new FormatException($"this mainspring-pi was built without {package}; put that package into packages/ of the sources, or configure a feed that has it, and build again")
        : name;

    /// <summary>The backend of a name; null is the default. (A type of its own for the option would cost the program more than all of this.)</summary>
    public static Backend Of(string? name) => name switch
    {
        null => Default,
        "native" => Backend.Native,
        "ports" => Backend.Ports,
        "iot" => Backend.Iot,
        _ => throw new FormatException($"'{name}' is no backend; give native or ports or iot"),
    };

    /// <summary>A serial port.</summary>
    public static ISerialPort Port(Backend backend, string device, SerialOptions options) => backend switch
    {
#if HAS_PORTS
        Backend.Ports => PortsBackend.Port(device, options),
#endif
        _ => OperatingSystem.IsWindows() ? new WindowsSerialPort(device, options) : new LinuxSerialPort(device, options),
    };

    /// <summary>Lines of a chip.</summary>
    public static IGpioLines Lines(Backend backend, string chip, GpioOptions options) => backend switch
    {
#if HAS_IOT
        Backend.Iot => IotBackend.Lines(chip, options),
#endif
        _ => new LinuxGpioLines(chip, options),
    };

    // The package that a backend needs and this program has not; null when nothing is missing.
    private static string? Missing(Backend backend) => backend switch
    {
#if !HAS_PORTS
        Backend.Ports => "System.IO.Ports",
#endif
#if !HAS_IOT
        Backend.Iot => "System.Device.Gpio",
#endif
        _ => null,
    };
}
