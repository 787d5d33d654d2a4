using System.Text;

namespace Mainspring.Devices;

/// <summary>A character was typed, after the event of its key. Pasted text comes as <see cref="TerminalPaste"/> where the terminal tells it apart.</summary>
/// <param name="Rune">The character; U+FFFD for bytes that are no UTF-8.</param>
public readonly record struct TerminalText(Rune Rune);
