namespace Mainspring.Devices;

/// <summary>The chip is gone: once. The kernel drops the edges that were not read by then. The source's <see cref="RetryPolicy"/> requests the lines again when it returns.</summary>
/// <param name="Device">The chip's path or name.</param>
/// <param name="Reason">What happened, in words.</param>
public readonly record struct GpioDisconnected(string Device, string Reason);
