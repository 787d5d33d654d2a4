namespace Mainspring.Devices.Linux;

/// <summary>A watched folder has a node: it was there already, has been made, or was moved in. It may not be allowed to open it yet: udev sets the permissions after the kernel has made the node.</summary>
/// <param name="Path">Its full path.</param>
public readonly record struct DeviceNodeAdded(string Path);
