namespace Mainspring.Devices;

/// <summary>A read takes longer than it may: once for each that does. Nothing else is asked of the sensor until it is over; a value that comes then still counts.</summary>
/// <param name="Device">What the sensor is called.</param>
/// <param name="Timeout">What it may take.</param>
public readonly record struct SensorOverdue(string Device, TimeSpan Timeout);
