namespace Mainspring.Devices;

/// <summary>The device is gone: once, after all that could be read of it. The source's <see cref="RetryPolicy"/> opens it again when it returns.</summary>
/// <param name="Device">Its path or name.</param>
/// <param name="Reason">What happened, in words.</param>
public readonly record struct SerialDisconnected(string Device, string Reason);
