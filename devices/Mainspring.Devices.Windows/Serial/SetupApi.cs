using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Devices.Windows;

/// <summary>Device installation functions: what the device manager knows.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class SetupApi
{
    public const uint Present = 2;                // DIGCF_PRESENT
    public const uint Service = 4;                // SPDRP_SERVICE
    public const uint FriendlyName = 12;          // SPDRP_FRIENDLYNAME
    public const uint ThisConfiguration = 1;      // DICS_FLAG_GLOBAL
    public const uint HardwareKey = 1;            // DIREG_DEV
    public const uint QueryValue = 1;             // KEY_QUERY_VALUE
    public const nint Invalid = -1;               // INVALID_HANDLE_VALUE

    /// <summary>GUID_DEVCLASS_PORTS: serial and parallel ports.</summary>
    public static readonly Guid Ports = new(0x4D36E978, 0xE325, 0x11CE, 0xBF, 0xC1, 0x08, 0x00, 0x2B, 0xE1, 0x03, 0x18);

    [LibraryImport("setupapi", EntryPoint = "SetupDiGetClassDevsW", SetLastError = true)]
    public static partial nint DevicesOf(Guid* kind, char* enumerator, nint window, uint flags);

    [LibraryImport("setupapi", EntryPoint = "SetupDiEnumDeviceInfo", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Device(nint devices, uint index, DeviceInfo* info);

    [LibraryImport("setupapi", EntryPoint = "SetupDiGetDeviceRegistryPropertyW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Property(nint devices, DeviceInfo* info, uint property, uint* type, char* text, uint size, uint* needed);

    [LibraryImport("setupapi", EntryPoint = "SetupDiGetDeviceInstanceIdW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool InstanceOf(nint devices, DeviceInfo* info, char* text, uint size, uint* needed);

    [LibraryImport("setupapi", EntryPoint = "SetupDiOpenDevRegKey", SetLastError = true)]
    public static partial nint OpenKey(nint devices, DeviceInfo* info, uint scope, uint profile, uint kind, uint access);

    [LibraryImport("setupapi", EntryPoint = "SetupDiDestroyDeviceInfoList", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Close(nint devices);

    /// <summary>SP_DEVINFO_DATA.</summary>
    public struct DeviceInfo
    {
        public uint Size;
        public Guid Kind;
        public uint Instance;
        public nint Reserved;
    }
}
