using System.Text;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>A screen to draw on, and the bytes that make a terminal show it.</summary>
public sealed class TerminalScreenContract
{
    private const int Columns = 40;
    private const int Rows = 12;
    private const int Seed = 7;

    private static readonly TerminalColor s_orange = TerminalColor.FromRgb(0xFF8000);
    private static readonly TerminalColor s_blue = new(0, 0, 200);

    private readonly TerminalScreen _screen = new();
    private readonly TerminalPainter _painter = new(TerminalColorDepth.TrueColor);
    private readonly TerminalEmulator _terminal = new(Columns, Rows);

    public TerminalScreenContract() => _screen.Resize(Columns, Rows);

    [Case]
    public void AnyDrawing_IsShownAsItWasDrawn()
    {
        var random = new Random(Seed);
        Rune[] runes = [.. "ab 漢字🙂─█▀ä\n\0".EnumerateRunes(), new Rune(0x301), new Rune(0xFF21)];
        for (int frame = 0; frame < 500; frame++)
        {
            for (int i = random.Next(60); i > 0; i--)
            {
                var cell = new TerminalCell(runes[random.Next(runes.Length)], Color(random), Color(random), (TerminalStyle)random.Next(64));
                _screen.Set(random.Next(-2, Columns + 2), random.Next(-1, Rows + 1), cell);
            }

            if (random.Next(40) == 0)
            {
                _screen.Clear(Color(random));
            }

            if (random.Next(50) == 0)
            {
                _painter.Forget();
            }

            _screen.Cursor = random.Next(3) == 0 ? (random.Next(Columns), random.Next(Rows)) : null;
            Show();
            Check.Equal(_screen.Cursor is not null, _terminal.HasCursor);
            Check.True(_screen.Cursor is not { } cursor || cursor == _terminal.Cursor, "the cursor is where it is to be");
        }

        static TerminalColor Color(Random random) => random.Next(3) switch
        {
            0 => default,
            1 => s_orange,
            _ => TerminalColor.FromRgb(random.Next()),
        };
    }

    [Case]
    public void FrameWithoutChange_SendsNothing()
    {
        _screen.Write(0, 0, "hello", s_orange);
        Show();
        _painter.Paint(_screen);
        Check.Equal(0, _painter.Bytes.Length);
        _screen.Clear();
        _screen.Write(0, 0, "hello", s_orange);
        _painter.Paint(_screen);
        Check.Equal(0, _painter.Bytes.Length, "drawn anew, and the same");
    }

    [Case]
    public void FrameWithOneChange_SendsOneCell()
    {
        _screen.Write(0, 0, "hello", s_orange);
        Show();
        _screen.Set(4, 0, new Rune('!'), s_orange);
        _painter.Paint(_screen);
        Check.Equal("\e[?2026h\e[1;5H!\e[?2026l", Encoding.UTF8.GetString(_painter.Bytes));
    }

    [Case]
    public void AnotherSize_DrawsEverything()
    {
        _screen.Write(0, 0, "hello");
        Show();
        _screen.Resize(20, 24);
        _terminal.Resize(20, 24);
        _screen.Write(15, 23, "there is no room", s_blue, s_orange, TerminalStyle.Bold);
        Show();
        Check.Equal("t", _screen[15, 23].Rune.ToString());
        Check.Equal(" ", _screen[0, 0].Rune.ToString());
    }

    [Case]
    public void WhatLiesOutside_IsCutOff()
    {
        Check.Equal(3, _screen.Write(-2, 0, "hello"));
        Check.Equal(Columns + 3, _screen.Write(Columns - 2, 1, "hello"));
        _screen.Write(0, -1, "hello");
        _screen.Write(0, Rows, "hello");
        _screen.Fill(-5, -5, 6, 6, new TerminalCell(new Rune('#')));
        _screen.Fill(Columns - 1, Rows - 1, int.MaxValue, int.MaxValue, new TerminalCell(new Rune('#')));
        Check.Equal("#lo", Text(0));
        Check.Equal("he", Text(1).Trim());
        Check.Equal("#", _screen[Columns - 1, Rows - 1].Rune.ToString());
        Check.Equal(TerminalCell.Blank, _screen[-1, 0]);
        Show();
    }

    [Case]
    public void WideCharacters_FillTwoCells_AndAreNeverHalf()
    {
        Check.Equal(4, _screen.Write(0, 0, "漢字"));
        Check.Equal(0, _screen[1, 0].Rune.Value);
        _screen.Set(1, 0, new Rune('x'));
        Check.Equal(" x字", Text(0));
        _screen.Set(2, 0, new Rune('y'));
        Check.Equal(" xy", Text(0));
        _screen.Write(0, 1, "漢字");
        _screen.Write(1, 1, "語");
        Check.Equal(" 語", Text(1));
        _screen.Write(Columns - 1, 2, "漢");
        Check.Equal("", Text(2));
        _screen.Write(-1, 3, "漢a");
        Check.Equal(" a", Text(3));
        Check.Throws<ArgumentException>(() => _screen.Fill(0, 0, 2, 2, new TerminalCell(new Rune('漢'))));
        Show();
    }

    [Case]
    public void Widths_AreThoseOfUnicode()
    {
        foreach ((int rune, int width) in ((int, int)[])[('a', 1), (0xE4, 1), (0x301, 0), (0x200B, 0), (0x1100, 2), (0x231A, 2), (0x231C, 1), (0x2500, 1), (0x2588, 1), (0x2764, 1), (0x3042, 2), (0x3099, 0), (0x4E00, 2), (0xAC00, 2), (0xD7A3, 2), (0xFF21, 2), (0xFF71, 1), (0x1F642, 2), (0x20000, 2), (0x10FFFD, 1)])
        {
            Check.Equal(width, RuneWidth.Of(new Rune(rune)), $"U+{rune:X4}");
        }
    }

    [Case]
    public void FewerColours_AreTheNearest()
    {
        Check.Equal(208, TerminalPalette.Nearest256(TerminalColor.FromRgb(0xFF8700)));
        Check.Equal(16, TerminalPalette.Nearest256(TerminalColor.FromRgb(0x000000)));
        Check.Equal(231, TerminalPalette.Nearest256(TerminalColor.FromRgb(0xFFFFFF)));
        Check.Equal(244, TerminalPalette.Nearest256(TerminalColor.FromRgb(0x808080)));
        Check.Equal(9, TerminalPalette.Nearest16(TerminalColor.FromRgb(0xFF1010)));
        Check.Equal(0, TerminalPalette.Nearest16(TerminalColor.FromRgb(0x101010)));
        Check.Equal("\e[38;5;208;48;5;16m#", Drawn(TerminalColorDepth.Indexed256));
        Check.Equal("\e[33;40m#", Drawn(TerminalColorDepth.Ansi16));
        Check.Equal("#", Drawn(TerminalColorDepth.None));
        Check.Equal("\e[38;2;255;135;0;48;2;0;0;0m#", Drawn(TerminalColorDepth.TrueColor));

        string Drawn(TerminalColorDepth depth)
        {
            var painter = new TerminalPainter(depth);
            painter.Paint(_screen);
            _screen.Set(0, 0, new Rune('#'), TerminalColor.FromRgb(0xFF8700), TerminalColor.FromRgb(0));
            painter.Paint(_screen);
            string frame = Encoding.UTF8.GetString(painter.Bytes);
            _screen.Clear();
            return frame.Replace("\e[?2026h\e[1;1H", "", StringComparison.Ordinal).Replace("\e[?2026l", "", StringComparison.Ordinal);
        }
    }

    [Case]
    public void EveryColourOf256_IsItsOwnNearest()
    {
        int[] levels = [0, 95, 135, 175, 215, 255];
        for (int red = 0; red < 6; red++)
        {
            for (int green = 0; green < 6; green++)
            {
                for (int blue = 0; blue < 6; blue++)
                {
                    var color = new TerminalColor((byte)levels[red], (byte)levels[green], (byte)levels[blue]);
                    Check.Equal(16 + (36 * red) + (6 * green) + blue, TerminalPalette.Nearest256(color));
                }
            }
        }

        for (int grey = 0; grey < 24; grey++)
        {
            byte shade = (byte)(8 + (10 * grey));
            Check.Equal(232 + grey, TerminalPalette.Nearest256(new TerminalColor(shade, shade, shade)));
        }
    }

    [Case]
    public void DrawingAndPainting_AllocateNothing()
    {
        int frame = 0;
        Allocations.None(() =>
        {
            frame++;
            _screen.Clear(frame % 2 == 0 ? s_blue : default);
            _screen.Write(frame % Columns, frame % Rows, "hello 漢字 ─█", s_orange, s_blue, TerminalStyle.Bold);
            _screen.Cursor = (frame % Columns, 1);
            _painter.Paint(_screen);
        });
    }

    private void Show()
    {
        _painter.Paint(_screen);
        _terminal.Take(_painter.Bytes);
        for (int at = 0; at < _terminal.Cells.Length; at++)
        {
            Check.Equal(_screen.Cells[at], _terminal.Cells[at], $"cell {at % _screen.Columns}, {at / _screen.Columns}");
        }
    }

    private string Text(int row)
    {
        var text = new StringBuilder();
        for (int column = 0; column < Columns; column++)
        {
            text.Append(_screen[column, row].Rune.Value == 0 ? "" : _screen[column, row].Rune.ToString());
        }

        return text.ToString().TrimEnd();
    }
}
