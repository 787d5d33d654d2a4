namespace Mainspring.Devices.Linux;

/// <summary>A node has other permissions or another owner now, or another node has taken its name: what could not be opened may be tried again.</summary>
/// <param name="Path">Its full path.</param>
public readonly record struct DeviceNodeChanged(string Path);
