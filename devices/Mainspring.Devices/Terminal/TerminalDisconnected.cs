namespace Mainspring.Devices;

/// <summary>The terminal is gone: its window was closed, or the connection to it broke. Nobody will see or type anything any more.</summary>
/// <param name="Reason">What happened, in words.</param>
public readonly record struct TerminalDisconnected(string Reason);
