namespace Mainspring.Devices;

/// <summary>A read has failed. The last value stays, and grows older.</summary>
/// <param name="Device">What the sensor is called.</param>
/// <param name="Exception">What it threw.</param>
/// <param name="InARow">How many have failed since the last one that did not.</param>
public readonly record struct SensorFailed(string Device, Exception Exception, int InARow);
