using System.Net;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Versioning;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Simulation;
using Mainspring.Devices.Windows;
using Mainspring.Net;
using Mainspring.Processes;
using Mainspring.Windows;

namespace Mainspring.Contracts;

/// <summary>What is for one system only: it says so to the compiler, and elsewhere to who calls it, with what to use instead.</summary>
public sealed class LinuxOnlyCases
{
    /// <summary>Each entry point, where it is of no use.</summary>
    [Case]
    public void What_is_for_Linux_names_what_to_use_elsewhere()
    {
        if (OperatingSystem.IsLinux())
        {
            throw new SkipException("needs another system");
        }

        using MainLoop loop = Loops.New();
        Refuses("WindowsSerialPort", () => new LinuxSerialPort("/dev/ttyS0"));
        Refuses("WindowsSerialPort", () => LinuxSerialPort.List());
        Refuses("SimulatedGpioChip", () => new LinuxGpioLines("/dev/gpiochip0", new GpioOptions { Lines = [GpioLine.Input(1)] }));
        Refuses("SimulatedGpioChip", () => new LinuxGpioWatch("/dev/gpiochip0"));
        Refuses("SimulatedGpioChip", () => LinuxGpioChip.Open("/dev/gpiochip0"));
        Refuses("SimulatedGpioChip", () => LinuxGpioChip.List());
        Refuses("System.Device.Gpio", () => LinuxI2cBus.Open(1));
        Refuses("System.Device.Gpio", () => LinuxI2cBus.List());
        Refuses("System.Device.Gpio", () => LinuxSpiDevice.Open(0, 0));
        Refuses("System.Device.Gpio", () => LinuxSpiDevice.List());
        Refuses("System.Device.Pwm", () => LinuxPwmChannel.Chips());
        Refuses("System.Device.Pwm", () => LinuxPwmChannel.OpenAsync(loop, 0, 0));
        Refuses("SimulatedInputDevice", () => new LinuxInputDevice("/dev/input/event0"));
        Refuses("SimulatedInputDevice", () => LinuxInputDevice.List());
        Refuses("SimulatedInputDevice", () => new LinuxInputWatch());
        Refuses("RetryPolicy", () => new DeviceFolderWatch("/dev"));
        Refuses("WindowsTerminal", () => new LinuxTerminal());
        Refuses("ScriptedSource", () => new PseudoTerminal());
        Refuses("SimulatedInputDevice", () => new UserInputDevice(InputLayout.Keyboard));
        Awaits(async () => await loop.ConnectTcp("localhost", 1));
        Awaits(async () => await loop.ConnectUnix("socket"));
        Refuses("System.Net.Sockets.Socket", () => loop.ListenTcp(new IPEndPoint(IPAddress.Loopback, 0), static _ => default(LoopTask)));
        Refuses("System.Net.Sockets.Socket", () => loop.ListenUnix("socket", static _ => default(LoopTask)));
        Refuses("System.Net.Sockets.Socket", () => loop.OpenUdp());
        Refuses("System.IO.Pipes", () => loop.OpenPipe());
        Refuses("System.Console", () => loop.OpenStandardInput());
        Refuses("System.Console", () => loop.OpenStandardOutput());
        Refuses("System.Net.Dns", () => loop.ResolveName(new IPEndPoint(IPAddress.Loopback, 0)));

        void Awaits(Func<Task> call) => Refuses("System.Net.Sockets.Socket", () =>
        {
            loop.Run(call);
            return null;
        });
    }

    /// <summary>Each entry point of the others, here.</summary>
    [Case]
    public void What_is_for_Windows_names_what_to_use_elsewhere()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new SkipException("needs another system");
        }

        Refuses("LinuxSerialPort", () => new WindowsSerialPort("COM1"));
        Refuses("LinuxSerialPort", () => WindowsSerialPort.List());
        Refuses("LinuxTerminal", () => new WindowsTerminal());
        Refuses("descriptor", () => new MessageQueue());
        Check.False(WindowsTerminal.IsAvailable);
    }

    /// <summary>By attributes, which a native program may not have any more.</summary>
    [Case]
    public void The_compiler_is_told()
    {
        if (!RuntimeFeature.IsDynamicCodeSupported)
        {
            throw new SkipException("needs a program that was not trimmed");
        }

        Check.Sequence(["linux"], Names(typeof(LinuxSerialPort).Assembly.GetCustomAttributes<SupportedOSPlatformAttribute>()));
        Check.Sequence(["linux"], Names(typeof(Network).Assembly.GetCustomAttributes<SupportedOSPlatformAttribute>()));
        Check.Sequence(["linux"], Names(typeof(PseudoTerminal).GetCustomAttributes<SupportedOSPlatformAttribute>()));
        Check.Sequence(["linux"], Names(typeof(UserInputDevice).GetCustomAttributes<SupportedOSPlatformAttribute>()));
        Check.Sequence(["windows"], Names(typeof(WindowsSerialPort).GetCustomAttributes<SupportedOSPlatformAttribute>()));
        Check.Sequence(["windows"], Names(typeof(WindowsTerminal).GetCustomAttributes<SupportedOSPlatformAttribute>()));
        Check.Sequence(["linux", "windows"], Names(typeof(ChildProcess).GetCustomAttributes<SupportedOSPlatformAttribute>()));
    }

    private static string[] Names(IEnumerable<SupportedOSPlatformAttribute> systems) => [.. systems.Select(static one => one.PlatformName).Order(StringComparer.Ordinal)];

    private static void Refuses(string instead, Func<object?> call) => Check.Contains(instead, Check.Throws<PlatformNotSupportedException>(() => _ = call()).Message);
}
