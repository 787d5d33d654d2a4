using System.Diagnostics;
using System.Text;

namespace Mainspring.Devices;

/// <summary>
/// What a terminal is to show: cells to draw on. Nothing reaches the terminal before <see cref="ITerminal.TryPresent"/>. What lies outside is cut off, so that pictures may stand
/// over the edge. Drawing allocates nothing.
/// </summary>
/// <remarks>One cell holds one character, so marks that join the character before (combining accents) are left out: use composed ones. A wide character fills two cells; where
/// only one of them is drawn over, the other becomes empty.</remarks>
[DebuggerDisplay("{Columns} x {Rows}")]
public sealed class TerminalScreen
{
    private static readonly Rune s_rightHalf = new('\0');

    private TerminalCell[] _cells = [];

    internal TerminalScreen()
    {
    }

    /// <summary>The width in cells.</summary>
    public int Columns { get; private set; }

    /// <summary>The height in cells.</summary>
    public int Rows { get; private set; }

    /// <summary>Where the cursor is shown, from (0, 0) at the upper left; null hides it.</summary>
    public (int Column, int Row)? Cursor { get; set; }

    internal ReadOnlySpan<TerminalCell> Cells => _cells;

    /// <summary>What a cell is to show.</summary>
    /// <param name="column">Its column, from 0.</param>
    /// <param name="row">Its row, from 0.</param>
    /// <returns>The cell; an empty one outside of the screen.</returns>
    public TerminalCell this[int column, int row] => Contains(column, row) ? _cells[(row * Columns) + column] : TerminalCell.Blank;

    /// <summary>Empties all cells.</summary>
    /// <param name="background">The colour that they have then.</param>
    public void Clear(TerminalColor background = default) => _cells.AsSpan().Fill(TerminalCell.Blank with { Background = background });

    /// <summary>Draws one character. A control character is drawn as an empty cell; a mark that joins the character before is left out.</summary>
    /// <param name="column">Its column, from 0; that of its left half when it is wide.</param>
    /// <param name="row">Its row, from 0.</param>
    /// <param name="cell">What is to be shown.</param>
    /// <returns>How many cells it is wide: 0, 1 or 2, also where it was cut off.</returns>
    public int Set(int column, int row, in TerminalCell cell)
    {
        int width = RuneWidth.Of(cell.Rune);
        if (width == 0)
        {
            return 0;
        }

        if (width == 2)
        {
            bool fits = Contains(column, row) && Contains(column + 1, row);
            Put(column, row, fits ? cell : cell with { Rune = new Rune(' ') });
            Put(column + 1, row, cell with { Rune = fits ? s_rightHalf : new Rune(' ') });
        }
        else
        {
            Put(column, row, Rune.IsControl(cell.Rune) ? cell with { Rune = new Rune(' ') } : cell);
        }

        return width;
    }

    /// <summary>Draws one character; as <see cref="Set(int, int, in TerminalCell)"/>.</summary>
    /// <param name="column">Its column, from 0.</param>
    /// <param name="row">Its row, from 0.</param>
    /// <param name="rune">The character.</param>
    /// <param name="foreground">Its colour.</param>
    /// <param name="background">The colour behind it.</param>
    /// <param name="style">How it is shown.</param>
    /// <returns>How many cells it is wide.</returns>
    public int Set(int column, int row, Rune rune, TerminalColor foreground = default, TerminalColor background = default, TerminalStyle style = TerminalStyle.None) =>
        Set(column, row, new TerminalCell(rune, foreground, background, style));

    /// <summary>Draws text in one row, without breaking lines.</summary>
    /// <param name="column">Where it begins, from 0; may be negative.</param>
    /// <param name="row">The row, from 0.</param>
    /// <param name="text">The text.</param>
    /// <param name="foreground">Its colour.</param>
    /// <param name="background">The colour behind it.</param>
    /// <param name="style">How it is shown.</param>
    /// <returns>The column after its end, also where it was cut off.</returns>
    public int Write(int column, int row, ReadOnlySpan<char> text, TerminalColor foreground = default, TerminalColor background = default, TerminalStyle style = TerminalStyle.None)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            column += Set(column, row, new TerminalCell(rune, foreground, background, style));
        }

        return column;
    }

    /// <summary>Fills a rectangle with one character, which is not a wide one.</summary>
    /// <param name="column">Its left column, from 0.</param>
    /// <param name="row">Its upper row, from 0.</param>
    /// <param name="width">How many columns.</param>
    /// <param name="height">How many rows.</param>
    /// <param name="cell">What each cell is to show.</param>
    /// <exception cref="ArgumentException">The character is wide, or a mark.</exception>
    public void Fill(int column, int row, int width, int height, in TerminalCell cell)
    {
        if (RuneWidth.Of(cell.Rune) != 1)
        {
            throw new ArgumentException($"U+{cell.Rune.Value:X4} does not fill one cell.", nameof(cell));
        }

        for (int y = Math.Max(0, row); y < Math.Min(Rows, (long)row + height); y++)
        {
            for (int x = Math.Max(0, column); x < Math.Min(Columns, (long)column + width); x++)
            {
                Set(x, y, cell);
            }
        }
    }

    /// <summary>Another size; the cells are empty then.</summary>
    internal void Resize(int columns, int rows)
    {
        (Columns, Rows) = (columns, rows);
        if (_cells.Length != columns * rows)
        {
            _cells = new TerminalCell[columns * rows];
        }

        Clear();
    }

    private bool Contains(int column, int row) => (uint)column < (uint)Columns && (uint)row < (uint)Rows;

    private void Put(int column, int row, in TerminalCell cell)
    {
        if (!Contains(column, row))
        {
            return;
        }

        int at = (row * Columns) + column;
        if (_cells[at].Rune == s_rightHalf && cell.Rune != s_rightHalf && column > 0)
        {
            ref TerminalCell left = ref _cells[at - 1];
            left = left with { Rune = new Rune(' ') };
        }

        // The right half of what was here stays alone; not when this is the left half of another wide one, whose right half comes next.
        if (column + 1 < Columns && _cells[at + 1].Rune == s_rightHalf && RuneWidth.Of(_cells[at].Rune) == 2)
        {
            ref TerminalCell right = ref _cells[at + 1];
            right = right with { Rune = new Rune(' ') };
        }

        _cells[at] = cell;
    }
}
