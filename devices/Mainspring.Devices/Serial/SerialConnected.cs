namespace Mainspring.Devices;

/// <summary>The device is open and configured: once after every attach, before its first <see cref="SerialData"/>.</summary>
/// <param name="Device">Its path or name.</param>
public readonly record struct SerialConnected(string Device);
