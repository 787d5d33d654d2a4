namespace Mainspring.Devices.Linux;

/// <summary>An I2C bus of this machine.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Path">Its device.</param>
/// <param name="Adapter">What its driver calls it.</param>
public readonly record struct I2cBusInfo(int Number, string Path, string Adapter);
