namespace Mainspring.Devices;

/// <summary>The terminal's window got or lost the keyboard, where the terminal tells it. Keys that were held are released first, by synthetic events.</summary>
/// <param name="HasFocus">Whether it has it now.</param>
public readonly record struct TerminalFocus(bool HasFocus);
