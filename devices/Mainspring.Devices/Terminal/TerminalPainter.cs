using System.Diagnostics;

namespace Mainspring.Devices;

/// <summary>
/// Turns a screen into the bytes that make a terminal show it, given what the terminal shows already. Allocates nothing once its buffer has the size of the largest frame.
/// </summary>
[DebuggerDisplay("{_length} bytes")]
internal sealed class TerminalPainter(TerminalColorDepth depth)
{
    private const int FirstSize = 16384;
    private const int MostPerCell = 96; // a move of 14, the longest SGR of 54, a character of 4

    private TerminalCell[] _shown = [];
    private byte[] _bytes = [];
    private int _length;
    private bool _isKnown;         // what the terminal shows
    private int _columns;
    private int _row;              // where the terminal's cursor is; -1 is anywhere
    private int _column;
    private TerminalColor _foreground; // what the terminal draws with
    private TerminalColor _background;
    private TerminalStyle _style;
    private (int Column, int Row)? _cursor;
    private bool _isFirstPart;     // of an SGR sequence

    /// <summary>The frame.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>What the terminal shows is not known any more: the next frame draws everything.</summary>
    public void Forget() => _isKnown = false;

    /// <summary>Makes the bytes; none when the terminal shows the screen already.</summary>
    public void Paint(TerminalScreen screen)
    {
        _length = 0;
        ReadOnlySpan<TerminalCell> cells = screen.Cells;
        EnsureRoom();
        Put("\e[?2026h"u8); // the terminal shows the frame as a whole, where it knows this
        int empty = _length;
        if (!_isKnown || _shown.Length != cells.Length || _columns != screen.Columns)
        {
            Begin(cells.Length, screen.Columns);
        }

        for (int at = 0; at < cells.Length; at++)
        {
            if (cells[at] != _shown[at])
            {
                PaintCell(cells, at);
            }
        }

        PaintCursor(screen);
        if (_length == empty)
        {
            _length = 0;
            return;
        }

        Put("\e[?2026l"u8);
    }

    private void Begin(int count, int columns)
    {
        if (_shown.Length != count)
        {
            _shown = new TerminalCell[count];
        }

        _shown.AsSpan().Fill(TerminalCell.Blank);
        (_isKnown, _columns, _row, _cursor) = (true, columns, -1, null);
        (_foreground, _background, _style) = (default, default, TerminalStyle.None);
        Put("\e[0m\e[2J\e[?25l"u8);
    }

    private void PaintCell(ReadOnlySpan<TerminalCell> cells, int at)
    {
        TerminalCell cell = cells[at];
        _shown[at] = cell;
        if (cell.Rune.Value == 0)
        {
            return; // drawn with its left half
        }

        EnsureRoom();
        (int row, int column) = Math.DivRem(at, _columns);
        MoveTo(row, column);
        SetPen(in cell);
        _length += cell.Rune.EncodeToUtf8(_bytes.AsSpan(_length));
        _column++;
        if (!HasSureWidth(cell.Rune.Value) || _column == _columns)
        {
            _row = -1; // behind the last column the cursor is in no cell
        }

        if (column + 1 < _columns && cells[at + 1].Rune.Value == 0)
        {
            _shown[at + 1] = cells[at + 1];
        }
    }

    // Terminals agree about alphabets, lines, blocks and Braille; not about the rest.
    private static bool HasSureWidth(int value) => value is < 0x300 or (>= 0x2500 and <= 0x259F) or (>= 0x2800 and <= 0x28FF);

    private void PaintCursor(TerminalScreen screen)
    {
        (int Column, int Row)? cursor = screen.Cursor is { } wanted && (uint)wanted.Column < (uint)screen.Columns && (uint)wanted.Row < (uint)screen.Rows ? wanted : null;
        EnsureRoom();
        if (cursor is { } at && (cursor != _cursor || _row != at.Row || _column != at.Column))
        {
            MoveTo(at.Row, at.Column);
        }

        if (cursor is null != _cursor is null)
        {
            Put(cursor is null ? "\e[?25l"u8 : "\e[?25h"u8);
        }

        _cursor = cursor;
    }

    private void MoveTo(int row, int column)
    {
        if (row == _row && column == _column)
        {
            return;
        }

        Put("\e["u8);
        if (row == _row && column > _column)
        {
            PutNumber(column - _column);
            PutByte((byte)'C');
        }
        else
        {
            PutNumber(row + 1);
            PutByte((byte)';');
            PutNumber(column + 1);
            PutByte((byte)'H');
        }

        (_row, _column) = (row, column);
    }

    private void SetPen(in TerminalCell cell)
    {
        if (cell.Style == _style && (depth == TerminalColorDepth.None || (cell.Foreground == _foreground && cell.Background == _background)))
        {
            return;
        }

        Put("\e["u8);
        _isFirstPart = true;
        if ((_style & ~cell.Style) != 0)
        {
            PutPart(0); // the only way to take a style away that all terminals know
            (_style, _foreground, _background) = (TerminalStyle.None, default, default);
        }

        TerminalStyle more = cell.Style & ~_style;
        PutStyle(more, TerminalStyle.Bold, 1);
        PutStyle(more, TerminalStyle.Dim, 2);
        PutStyle(more, TerminalStyle.Italic, 3);
        PutStyle(more, TerminalStyle.Underline, 4);
        PutStyle(more, TerminalStyle.Blink, 5);
        PutStyle(more, TerminalStyle.Reverse, 7);
        PutColor(cell.Foreground, _foreground, 30);
        PutColor(cell.Background, _background, 40);
        PutByte((byte)'m');
        (_style, _foreground, _background) = (cell.Style, cell.Foreground, cell.Background);
    }

    private void PutStyle(TerminalStyle more, TerminalStyle style, int number)
    {
        if ((more & style) != 0)
        {
            PutPart(number);
        }
    }

    private void PutColor(TerminalColor color, TerminalColor before, int first)
    {
        if (color == before || depth == TerminalColorDepth.None)
        {
            return;
        }

        if (color.IsDefault)
        {
            PutPart(first + 9);
        }
        else if (depth == TerminalColorDepth.TrueColor)
        {
            PutPart(first + 8);
            PutPart(2);
            PutPart(color.Red);
            PutPart(color.Green);
            PutPart(color.Blue);
        }
        else if (depth == TerminalColorDepth.Indexed256)
        {
            PutPart(first + 8);
            PutPart(5);
            PutPart(TerminalPalette.Nearest256(color));
        }
        else
        {
            int index = TerminalPalette.Nearest16(color);
            PutPart(index < 8 ? first + index : first + 60 + index - 8);
        }
    }

    private void PutPart(int number)
    {
        if (!_isFirstPart)
        {
            PutByte((byte)';');
        }

        _isFirstPart = false;
        PutNumber(number);
    }

    private void PutNumber(int number)
    {
        number.TryFormat(_bytes.AsSpan(_length), out int written, default, System.Globalization.CultureInfo.InvariantCulture);
        _length += written;
    }

    private void PutByte(byte b) => _bytes[_length++] = b;

    private void Put(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(_bytes.AsSpan(_length));
        _length += bytes.Length;
    }

    // For one cell, and what stands at the beginning and end.
    private void EnsureRoom()
    {
        if (_bytes.Length - _length < 2 * MostPerCell)
        {
            Array.Resize(ref _bytes, Math.Max(FirstSize, _bytes.Length * 2));
        }
    }
}
