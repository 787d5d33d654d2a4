namespace Mainspring.Devices;

/// <summary>A sensor was read.</summary>
/// <typeparam name="T">What a read gives.</typeparam>
/// <param name="Value">What it gave.</param>
/// <param name="Time">When the read was over, on the loop's clock.</param>
/// <param name="Duration">How long it took, without waiting for its bus.</param>
public readonly record struct SensorValue<T>(T Value, TimeSpan Time, TimeSpan Duration);
