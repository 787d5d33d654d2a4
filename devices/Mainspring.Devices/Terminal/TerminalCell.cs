using System.Text;

namespace Mainspring.Devices;

/// <summary>What one cell of a screen shows.</summary>
/// <param name="Rune">The character; U+0000 in the right half of a wide one, whose left half decides.</param>
/// <param name="Foreground">Its colour.</param>
/// <param name="Background">The colour behind it.</param>
/// <param name="Style">How it is shown.</param>
public readonly record struct TerminalCell(Rune Rune, TerminalColor Foreground = default, TerminalColor Background = default, TerminalStyle Style = TerminalStyle.None)
{
    /// <summary>An empty cell.</summary>
    public static TerminalCell Blank { get; } = new(new Rune(' '));
}
