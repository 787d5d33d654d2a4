namespace Mainspring.Devices;

/// <summary>The device went away within a line: its beginning was received (and emitted as <see cref="SerialData"/>) and is dropped. Comes before <see cref="SerialDisconnected"/>.</summary>
/// <param name="Length">The bytes of the line that had arrived.</param>
public readonly record struct SerialLineIncomplete(long Length);
