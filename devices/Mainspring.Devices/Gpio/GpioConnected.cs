namespace Mainspring.Devices;

/// <summary>The lines are requested and configured: once after every attach, before its first <see cref="GpioEdge"/>.</summary>
/// <param name="Device">The chip's path or name.</param>
/// <param name="Levels">The levels of all lines: bit i is the i-th of <see cref="GpioOptions.Lines"/>.</param>
public readonly record struct GpioConnected(string Device, ulong Levels);
