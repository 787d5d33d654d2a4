namespace Mainspring.Devices;

/// <summary>A serial line that is there.</summary>
/// <param name="Path">Where it is now, such as <c>/dev/ttyUSB0</c>; another time the number may be another's.</param>
/// <param name="StablePath">The link that names the device itself, in <c>/dev/serial/by-id</c>; null when it has none.</param>
/// <param name="Driver">What drives it, such as <c>ftdi_sio</c>; null when nobody says.</param>
/// <param name="VendorId">Of a USB device: who made it.</param>
/// <param name="ProductId">Of a USB device: what it is.</param>
/// <param name="SerialNumber">Of a USB device that has one: which of them.</param>
/// <param name="Description">Of a USB device: its maker and name, in its own words.</param>
public sealed record SerialPortInfo(string Path, string? StablePath, string? Driver, int? VendorId, int? ProductId, string? SerialNumber, string? Description);
