using System.Runtime.Versioning;

[assembly: SupportedOSPlatform("linux")]

namespace Mainspring.Devices.Linux;

/// <summary>What is called on another system answers with one clear exception.</summary>
internal static class LinuxOnly
{
    /// <summary>For the instead of those whose lists and devices others have too.</summary>
    public const string GpioInstead = "SimulatedGpioChip works anywhere, and System.Device.Gpio (Mainspring.Devices.Iot) where it has a driver";

    public const string BusInstead = "elsewhere use System.Device.Gpio, where it has a driver, or a simulated bus";

    public const string SpiInstead = "elsewhere use System.Device.Gpio, where it has a driver, or a simulated device";

    public const string PwmInstead = "elsewhere use System.Device.Pwm, where it has a driver, or SimulatedPwm";

    public const string InputInstead = "windows have keys and gamepads anywhere (Mainspring.Devices.Glfw), and SimulatedInputDevice simulates devices";

    public const string SerialInstead = "on Windows use WindowsSerialPort, elsewhere the port of System.IO.Ports (Mainspring.Devices.Ports)";

    /// <param name="what">What was to be opened.</param>
    /// <param name="type">What was asked to.</param>
    /// <param name="instead">What to use there.</param>
    /// <exception cref="PlatformNotSupportedException">This is no Linux.</exception>
    public static void Check(string what, string type, string instead)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException($"{what}: {type} needs Linux; {instead}.");
        }
    }
}
