using System.Globalization;

namespace Mainspring.Devices.Linux;

/// <summary>What sysfs knows of I2C.</summary>
internal static class I2cSysfs
{
    /// <summary>The buses that have a device, by number.</summary>
    public static IReadOnlyList<I2cBusInfo> Buses()
    {
        const string Class = "/sys/class/i2c-dev";
        if (!Directory.Exists(Class))
        {
            return [];
        }

        var buses = new List<I2cBusInfo>();
        foreach (string folder in Directory.EnumerateFileSystemEntries(Class, "i2c-*"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan())[4..], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                string name = Path.Combine(folder, "name");
                buses.Add(new I2cBusInfo(number, $"/dev/i2c-{number}", File.Exists(name) ? File.ReadAllText(name).Trim() : ""));
            }
        }

        buses.Sort(static (a, b) => a.Number.CompareTo(b.Number));
        return buses;
    }

    /// <summary>The driver that holds an address, or null.</summary>
    public static string? Driver(string bus, int address, bool tenBit)
    {
        string node = File.ResolveLinkTarget(bus, returnFinalTarget: true)?.FullName ?? bus;
        string number = node[(node.LastIndexOf('-') + 1)..];
        string folder = $"/sys/bus/i2c/devices/{number}-{address | (tenBit ? 0xA000 : 0):x4}"; // I2C_ADDR_OFFSET_TEN_BIT
        string link = Path.Combine(folder, "driver");
        return Directory.Exists(link) && Directory.ResolveLinkTarget(link, returnFinalTarget: true) is { } driver ? driver.Name : null;
    }
}
