namespace Mainspring.Devices;

/// <summary>Too many reads in a row have failed (<see cref="SensorOptions.FailuresUntilGone"/>). The source's <see cref="RetryPolicy"/> decides when it is tried anew.</summary>
/// <param name="Device">What the sensor is called.</param>
/// <param name="Reason">What the last one said.</param>
public readonly record struct SensorDisconnected(string Device, string Reason);
