namespace Mainspring.Devices.Linux;

/// <summary>An input device is there and may be opened: it was there already, was plugged in, or got its permissions.</summary>
/// <param name="Device">The device. udev may not have made its stable path yet.</param>
public readonly record struct InputDeviceAdded(InputDeviceInfo Device);
