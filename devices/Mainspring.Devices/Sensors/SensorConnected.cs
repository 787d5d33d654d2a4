namespace Mainspring.Devices;

/// <summary>The sensor answers: once after every attach, before its first <see cref="SensorValue{T}"/>.</summary>
/// <param name="Device">What the sensor is called.</param>
public readonly record struct SensorConnected(string Device);
