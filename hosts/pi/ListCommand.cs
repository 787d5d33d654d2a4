using System.CommandLine;
using System.Runtime.Versioning;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Devices.Windows;
using Mainspring.Hosts;

namespace Mainspring.Pi;

/// <summary><c>list</c>: which devices there are.</summary>
internal static class ListCommand
{
    public static Command Build()
    {
        var lines = new Option<bool>("--lines") { Description = "Every line of every chip, and who uses it." };
        var list = new Command("list", "Show the GPIO chips and lines, serial ports, input devices and I2C buses of this machine.") { lines };
        list.SetAction(result => Run(result.GetValue(lines)));
        return list;
    }

    private static int Run(bool withLines)
    {
        if (OperatingSystem.IsWindows())
        {
            Head("serial ports");
            IReadOnlyList<SerialPortInfo> ports = WindowsSerialPort.List();
            foreach (SerialPortInfo port in ports)
            {
                Console.WriteLine($"  {port.Path}  {port.Description}");
            }

            NoneIf(ports.Count == 0);
            return HostCommand.Done;
        }

        if (!OperatingSystem.IsLinux())
        {
            return HostEnd.Refuse("mainspring-pi", "list knows the devices of Linux and Windows only");
        }

        Head("GPIO chips");
        Chips(withLines);
        Head("serial ports");
        Ports();
        Head("input devices");
        Inputs();
        Head("I2C buses");
        Buses();
        return HostCommand.Done;
    }

    [SupportedOSPlatform("linux")]
    private static void Chips(bool withLines)
    {
        IReadOnlyList<GpioChipInfo> chips = LinuxGpioChip.List();
        foreach (GpioChipInfo info in chips)
        {
            Console.WriteLine(info.Problem is { } problem ? $"  {info.Path}  {problem}" : $"  {info.Path}  {info.LineCount} lines  {info.Label}");
            if (info.Problem is not null)
            {
                continue;
            }

            using LinuxGpioChip chip = LinuxGpioChip.Open(info.Path);
            int used = 0;
            for (int i = 0; i < info.LineCount; i++)
            {
                GpioLineInfo line = chip.Line(i);
                used += line.IsUsed ? 1 : 0;
                if (withLines)
                {
                    Console.WriteLine($"    {i,3}  {(line.Name.Length > 0 ? line.Name : "-"),-20}  {(line.Direction == GpioDirection.Output ? "output" : "input"),-6}  {(line.IsUsed ? $"used by '{line.Consumer}'" : "free")}");
                }
            }

            if (!withLines && used > 0)
            {
                Console.WriteLine($"    {used} in use (--lines shows them)");
            }
        }

        NoneIf(chips.Count == 0);
    }

    // Stable names first, since they stay when devices change places.
    private static void Ports()
    {
        const string Stable = "/dev/serial/by-id";
        var shown = new HashSet<string>();
        if (Directory.Exists(Stable))
        {
            string[] paths = Directory.GetFiles(Stable);
            Array.Sort(paths, string.CompareOrdinal);
            foreach (string path in paths)
            {
                string device = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
                shown.Add(device);
                Console.WriteLine($"  {path}  -> {device}");
            }
        }

        // A terminal of the kernel's that has hardware behind it has a device in sysfs.
        int others = 0;
        foreach (string name in Names("/sys/class/tty", static name => Directory.Exists($"/sys/class/tty/{name}/device") && !IsMissing(name)))
        {
            if (shown.Add($"/dev/{name}"))
            {
                others++;
                Console.WriteLine($"  /dev/{name}");
            }
        }

        NoneIf(shown.Count == 0 && others == 0);
    }

    // The driver of the PC's UARTs has ports for hardware that is not there: their type is 0 (PORT_UNKNOWN).
    private static bool IsMissing(string name) => Line($"/sys/class/tty/{name}/type") == "0";

    private static void Inputs()
    {
        string[] names = Names("/sys/class/input", static name => name.StartsWith("event", StringComparison.Ordinal));
        foreach (string name in names)
        {
            Console.WriteLine($"  /dev/input/{name}  {Line($"/sys/class/input/{name}/device/name") ?? "?"}");
        }

        NoneIf(names.Length == 0);
    }

    private static void Buses()
    {
        string[] names = Names("/sys/class/i2c-dev", static _ => true);
        foreach (string name in names)
        {
            Console.WriteLine($"  /dev/{name}  {Line($"/sys/class/i2c-dev/{name}/name") ?? "?"}");
        }

        NoneIf(names.Length == 0);
    }

    private static string[] Names(string folder, Predicate<string> isWanted)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        string[] names = Array.FindAll(Array.ConvertAll(Directory.GetFileSystemEntries(folder), static path => Path.GetFileName(path)), isWanted);
        Array.Sort(names, static (a, b) => a.Length != b.Length ? a.Length - b.Length : string.CompareOrdinal(a, b)); // event10 stands behind event9
        return names;
    }

    private static string? Line(string path)
    {
        try
        {
            using var reader = new StreamReader(path);
            return reader.ReadLine();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // it has just gone, or is not ours to read
        }
    }

    private static void Head(string text) => Console.WriteLine($"{text}:");

    private static void NoneIf(bool isNone)
    {
        if (isNone)
        {
            Console.WriteLine("  none");
        }
    }
}
