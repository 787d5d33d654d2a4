namespace Mainspring.Devices.Glfw;

/// <summary>
/// The display is gone: its server ended, or the connection broke. The last event of every window; nothing that a window is told after it has any effect, and GLFW can open no other display in this
/// process: save what has to be saved, and end the program. Also the last event of a window that somebody else has destroyed, another program or, with Silk.NET, this one; there the display still serves, and other windows go on.
/// </summary>
/// <param name="Display">Which display it was, such as <c>:0</c>.</param>
/// <param name="Reason">What happened, in words.</param>
public readonly record struct DisplayLost(string Display, string Reason);
