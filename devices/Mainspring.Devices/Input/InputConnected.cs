namespace Mainspring.Devices;

/// <summary>The device is open: once after every attach, before its first event. What is held already is state (<see cref="IInputDevice.IsPressed"/>) and no event.</summary>
/// <param name="Device">The device.</param>
public readonly record struct InputConnected(InputDeviceInfo Device);
