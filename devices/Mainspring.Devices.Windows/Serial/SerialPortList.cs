using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Win32;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>Finds serial ports: in the registry those that have a driver now, by the device installation functions what is behind them.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe class SerialPortList
{
    private const string DeviceMap = @"HARDWARE\DEVICEMAP\SERIALCOMM";
    private const int TextSize = 1024;

    public static IReadOnlyList<SerialPortInfo> Read()
    {
        Dictionary<string, SerialPortInfo> known = Described();
        using RegistryKey? map = Registry.LocalMachine.OpenSubKey(DeviceMap);
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase); // a driver may have a port twice
        foreach (string value in map?.GetValueNames() ?? [])
        {
            if (Name(map!.GetValue(value)) is { } port)
            {
                names.Add(port);
            }
        }

        return [.. from port in names orderby port.Length, port select known.GetValueOrDefault(port) ?? new SerialPortInfo(port, null, null, null, null, null, null)];
    }

    /// <summary>What a driver has written into the registry: the text before its first zero, since some write more than that; null when it is none.</summary>
    internal static string? Name(object? value) => value is string text && text.Split('\0')[0].Trim() is { Length: > 0 } name ? name : null;

    /// <summary>Finds the numbers in an instance's name, such as <c>USB\VID_0403&amp;PID_6001\A50285BI</c> or <c>FTDIBUS\VID_0403+PID_6001+A50285BIA\0000</c>.</summary>
    internal static (int? Vendor, int? Product, string? SerialNumber) NumbersIn(string instance)
    {
        (int? vendor, int? product) = (Number(instance, "VID_"), Number(instance, "PID_"));
        string[] parts = instance.Split('\\');
        string? serial = vendor is null ? null
            : parts is [_, var ids, ..] && ids.Split('+') is [_, _, var behind, ..] ? behind
            : parts is [_, _, var last] && !last.Contains('&') ? last // the system's own names, for devices without a number, have one
            : null;
        return (vendor, product, serial);
    }

    private static Dictionary<string, SerialPortInfo> Described()
    {
        var found = new Dictionary<string, SerialPortInfo>(StringComparer.OrdinalIgnoreCase);
        Guid ports = SetupApi.Ports;
        nint devices = SetupApi.DevicesOf(&ports, null, 0, SetupApi.Present);
        if (devices == SetupApi.Invalid)
        {
            return found;
        }

        try
        {
            SetupApi.DeviceInfo info = new() { Size = (uint)sizeof(SetupApi.DeviceInfo) };
            for (uint i = 0; SetupApi.Device(devices, i, &info); i++)
            {
                if (PortOf(devices, &info) is { } port)
                {
                    (int? vendor, int? product, string? serial) = NumbersIn(InstanceOf(devices, &info));
                    found[port] = new SerialPortInfo(port, null, Text(devices, &info, SetupApi.Service), vendor, product, serial, Text(devices, &info, SetupApi.FriendlyName));
                }
            }
        }
        finally
        {
            SetupApi.Close(devices);
        }

        return found;
    }

    private static string? PortOf(nint devices, SetupApi.DeviceInfo* info)
    {
        nint key = SetupApi.OpenKey(devices, info, SetupApi.ThisConfiguration, 0, SetupApi.HardwareKey, SetupApi.QueryValue);
        if (key is SetupApi.Invalid or 0)
        {
            return null;
        }

        using RegistryKey settings = RegistryKey.FromHandle(new SafeRegistryHandle(key, ownsHandle: true));
        try
        {
            return Name(settings.GetValue("PortName"));
        }
        catch (IOException)
        {
            return null; // the key was marked for deletion: the device is being unplugged
        }
    }

    private static string? Text(nint devices, SetupApi.DeviceInfo* info, uint property)
    {
        char* text = stackalloc char[TextSize];
        uint bytes;
        return SetupApi.Property(devices, info, property, null, text, TextSize * sizeof(char), &bytes) ? Name(new string(text, 0, (int)Math.Min(bytes / sizeof(char), TextSize))) : null;
    }

    private static string InstanceOf(nint devices, SetupApi.DeviceInfo* info)
    {
        char* text = stackalloc char[TextSize];
        return SetupApi.InstanceOf(devices, info, text, TextSize, null) ? new string(text) : "";
    }

    private static int? Number(string text, string prefix)
    {
        int at = text.IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        return at >= 0 && text.Length >= at + prefix.Length + 4 && int.TryParse(text.AsSpan(at + prefix.Length, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int number) ? number : null;
    }
}
