using System.Text;

namespace Mainspring.Devices;

/// <summary>A key was pressed, repeats, or was released. What it types follows as <see cref="TerminalText"/>.</summary>
/// <param name="Code">Which one.</param>
/// <param name="Character">With <see cref="TerminalKeyCode.Character"/>: what it types without modifiers, as far as the terminal tells: letters are small ones, a shifted digit is what it
/// types where <paramref name="HasRelease"/> is false. Otherwise U+0000.</param>
/// <param name="Modifiers">What is held with it.</param>
/// <param name="Action">What happened.</param>
/// <param name="HasRelease">Whether its release is told: this terminal has the kitty keyboard protocol. Where it is false only presses come, and a repeat looks like another press.</param>
/// <param name="IsSynthetic">A release that the terminal has not told: it lost the focus, or the program was stopped, while the key was held.</param>
public readonly record struct TerminalKey(
    TerminalKeyCode Code, Rune Character, TerminalModifiers Modifiers = TerminalModifiers.None, TerminalKeyAction Action = TerminalKeyAction.Press, bool HasRelease = false, bool IsSynthetic = false);
