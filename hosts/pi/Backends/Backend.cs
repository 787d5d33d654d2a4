namespace Mainspring.Pi;

/// <summary>Whose code drives the devices: a choice for each kind.</summary>
[Flags]
internal enum Backend
{
    /// <summary>This project's own for all, on the kernel's interfaces: Linux only.</summary>
    Native = 0,

    /// <summary>System.IO.Ports for serial ports.</summary>
    Ports = 1,

    /// <summary>System.Device.Gpio for lines.</summary>
    Iot = 2,
}
