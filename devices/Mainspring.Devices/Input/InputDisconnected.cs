namespace Mainspring.Devices;

/// <summary>The device is gone: once, after what was held has been released by synthetic events. The source's <see cref="RetryPolicy"/> opens it again when it returns.</summary>
/// <param name="Device">The device.</param>
/// <param name="Reason">What happened, in words.</param>
public readonly record struct InputDisconnected(InputDeviceInfo Device, string Reason);
