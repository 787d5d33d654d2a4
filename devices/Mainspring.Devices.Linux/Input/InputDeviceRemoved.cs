namespace Mainspring.Devices.Linux;

/// <summary>An input device has gone.</summary>
/// <param name="Device">The device, as it was when it was added.</param>
public readonly record struct InputDeviceRemoved(InputDeviceInfo Device);
