namespace Mainspring.Pi;

/// <summary>Whose code drives the devices.</summary>
internal enum Backend
{
    /// <summary>This project's own, on the kernel's interfaces: Linux only.</summary>
    Native,

    /// <summary>System.IO.Ports for serial ports; the rest as native.</summary>
    Ports,

    /// <summary>System.Device.Gpio for lines; the rest as native.</summary>
    Iot,
}
