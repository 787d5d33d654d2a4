using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Windows;

namespace Mainspring.Pi;

/// <summary>Which backends this program was built with, and what they make.</summary>
internal static class Backends
{
    private const Backend Built =
#if HAS_PORTS
        Backend.Ports |
#endif
#if HAS_IOT
        Backend.Iot |
#endif
        Backend.Native;

    private const string HowToGet = "put what is missing into packages/ of the sources, or configure a feed that has it, and build again";

    /// <summary>Native on Linux, and for serial ports on Windows; elsewhere, for each kind of device, what the program was built with.</summary>
    public static Backend Default => DefaultFor(OperatingSystem.IsLinux(), OperatingSystem.IsWindows() ? Built & ~Backend.Ports : Built);

    /// <summary>Refuses a name that is none, and what the program was built without.</summary>
    /// <returns>The names.</returns>
    /// <exception cref="FormatException">It is no name, or that backend is missing.</exception>
    public static string Check(string names)
    {
        CheckBuilt(Of(names), Built);
        return names;
    }

    /// <summary>The backends of a list of names; null is the default. (A type of its own for the option would cost the program more than all of this.)</summary>
    public static Backend Of(string? names) => Of(names, Default);

    /// <summary>The same: a kind of device that is not named keeps its default; <c>native</c> is that of all that are not.</summary>
    internal static Backend Of(string? names, Backend otherwise)
    {
        if (names is null)
        {
            return otherwise;
        }

        string[] all = names.Split(',');
        Backend chosen = Array.IndexOf(all, "native") >= 0 ? Backend.Native : otherwise;
        foreach (string name in all)
        {
            chosen |= name switch
            {
                "native" => Backend.Native,
                "ports" => Backend.Ports,
                "iot" => Backend.Iot,
                _ => throw new FormatException($"'{name}' is no backend; give native or ports or iot, or two of them as in ports,iot"),
            };
        }

        return chosen;
    }

    internal static Backend DefaultFor(bool isLinux, Backend built) => isLinux ? Backend.Native : built;

    internal static void CheckBuilt(Backend chosen, Backend built)
    {
        string? packages = (chosen & ~built) switch
        {
            Backend.Ports => "System.IO.Ports",
            Backend.Iot => "System.Device.Gpio",
            Backend.Ports | Backend.Iot => "System.IO.Ports and System.Device.Gpio",
            _ => null,
        };
        if (packages is not null)
        {
            throw new FormatException($"this mainspring-pi was built without {packages}; {HowToGet}");
        }
    }

    /// <summary>A serial port.</summary>
    /// <exception cref="PlatformNotSupportedException">This system has no native ones, and the program was built without others.</exception>
    public static ISerialPort Port(Backend backend, string device, SerialOptions options)
    {
#if HAS_PORTS
        if (backend.HasFlag(Backend.Ports))
        {
            return PortsBackend.Port(device, options);
        }
#endif
        return OperatingSystem.IsLinux() ? new LinuxSerialPort(device, options)
            : OperatingSystem.IsWindows() ? new WindowsSerialPort(device, options)
            : throw Unsupported(device, "serial ports", Backend.Ports, "System.IO.Ports");
    }

    /// <summary>Lines of a chip.</summary>
    /// <exception cref="PlatformNotSupportedException">This system has no native ones, and the program was built without others.</exception>
    public static IGpioLines Lines(Backend backend, string chip, GpioOptions options)
    {
#if HAS_IOT
        if (backend.HasFlag(Backend.Iot))
        {
            return IotBackend.Lines(chip, options);
        }
#endif
        return OperatingSystem.IsLinux() ? new LinuxGpioLines(chip, options) : throw Unsupported(chip, "lines", Backend.Iot, "System.Device.Gpio");
    }

    private static PlatformNotSupportedException Unsupported(string device, string kind, Backend backend, string package) =>
        new($"{device}: on this system {kind} need {package}: {(Built.HasFlag(backend) ? "leave --backend out" : $"this mainspring-pi was built without it; {HowToGet}")}.");
}
