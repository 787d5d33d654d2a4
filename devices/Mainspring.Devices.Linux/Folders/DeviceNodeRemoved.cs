namespace Mainspring.Devices.Linux;

/// <summary>A node has gone from a watched folder, or the folder itself has.</summary>
/// <param name="Path">Its full path.</param>
public readonly record struct DeviceNodeRemoved(string Path);
