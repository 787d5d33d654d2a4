using System.Globalization;

namespace Mainspring.Devices.Linux;

/// <summary>Finds serial lines in sysfs (Documentation/ABI: sysfs-tty, sysfs-bus-usb).</summary>
internal static class SerialPortList
{
    private const int Unknown = 0; // PORT_UNKNOWN: a place for a chip that is not there

    /// <summary>Reads the lines.</summary>
    /// <param name="classFolder">/sys/class/tty.</param>
    /// <param name="deviceFolder">/dev.</param>
    public static IReadOnlyList<SerialPortInfo> Read(string classFolder, string deviceFolder)
    {
        Dictionary<string, string> links = StableLinks(Path.Combine(deviceFolder, "serial/by-id"));
        return
        [
            .. from folder in Directory.Exists(classFolder) ? Directory.GetDirectories(classFolder) : []
               let path = Path.Combine(deviceFolder, Path.GetFileName(folder))
               where IsLine(folder) && File.Exists(path)
               orderby path.Length, path
               select Describe(folder, path, links.GetValueOrDefault(path)),
        ];
    }

    // Consoles and pseudo-terminals have no device; a line of a chip says what chip it is.
    private static bool IsLine(string folder) =>
        Directory.Exists(Path.Combine(folder, "device"))
        && !(Text(folder, "type") is { } type && int.TryParse(type, CultureInfo.InvariantCulture, out int kind) && kind == Unknown);

    private static SerialPortInfo Describe(string folder, string path, string? stablePath)
    {
        string device = Resolve(Path.Combine(folder, "device"));
        string driver = Path.Combine(device, "driver");
        for (string? usb = device; usb is not null; usb = Path.GetDirectoryName(usb))
        {
            if (Number(usb, "idVendor") is { } vendor)
            {
                string description = $"{Text(usb, "manufacturer")} {Text(usb, "product")}".Trim();
                return new SerialPortInfo(path, stablePath, DriverName(driver), vendor, Number(usb, "idProduct"), Text(usb, "serial"), description.Length > 0 ? description : null);
            }
        }

        return new SerialPortInfo(path, stablePath, DriverName(driver), null, null, null, null);
    }

    private static Dictionary<string, string> StableLinks(string folder)
    {
        var links = new Dictionary<string, string>();
        foreach (string link in Directory.Exists(folder) ? Directory.GetFiles(folder) : [])
        {
            links.TryAdd(Resolve(link), link);
        }

        return links;
    }

    private static string? DriverName(string link) => Directory.Exists(link) ? Path.GetFileName(Resolve(link)) : null;

    // The folders on the way are links as well, and links in sysfs are relative to where they really are (realpath(3)).
    private static string Resolve(string path, int depth = 0)
    {
        const int MaxDepth = 40; // as the kernel's limit (path_resolution(7))
        if (Path.GetDirectoryName(path) is not { } folder || depth > MaxDepth)
        {
            return path;
        }

        string real = Path.Combine(Resolve(folder, depth), Path.GetFileName(path));
        return new FileInfo(real).LinkTarget is { } target ? Resolve(Path.GetFullPath(target, Path.GetDirectoryName(real)!), depth + 1) : real;
    }

    private static int? Number(string folder, string file) =>
        int.TryParse(Text(folder, file), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static string? Text(string folder, string file)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, file)).Trim();
            return text.Length > 0 ? text : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null; // it has no such attribute, or has gone meanwhile
        }
    }
}
