using System.Globalization;
using System.Text;
using Mainspring.Devices;

namespace Mainspring.Contracts;

/// <summary>
/// A terminal that understands what <see cref="TerminalPainter"/> and <see cref="Mainspring.Devices.Linux.LinuxTerminal"/> send, and nothing else: any other byte is an error. It remembers its cells
/// as a person would see them.
/// </summary>
internal sealed class TerminalEmulator(int columns, int rows)
{
    private readonly List<byte> _pending = [];
    private int _column;
    private int _row;
    private TerminalCell _pen = TerminalCell.Blank;

    public TerminalCell[] Cells { get; private set; } = Blank(columns, rows);

    public int Columns { get; private set; } = columns;

    public int Rows { get; private set; } = rows;

    public bool HasCursor { get; private set; } = true;

    public (int Column, int Row) Cursor => (_column, _row);

    /// <summary>The private modes that are set.</summary>
    public SortedSet<int> Modes { get; } = [];

    /// <summary>The kitty flags that were pushed.</summary>
    public Stack<int> KeyFlags { get; } = [];

    /// <summary>How often the keyboard protocol was asked for.</summary>
    public int Questions { get; private set; }

    public void Resize(int columns, int rows)
    {
        (Columns, Rows) = (columns, rows);
        Cells = Blank(columns, rows);
        (_column, _row) = (Math.Min(_column, columns - 1), Math.Min(_row, rows - 1));
    }

    public void Take(ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            _pending.Add(b);
            if (_pending[0] == 0x1B ? _pending.Count > 2 && b is >= 0x40 and <= 0x7E : true)
            {
                TakePending();
            }
        }
    }

    private void TakePending()
    {
        byte[] bytes = [.. _pending];
        if (bytes[0] != 0x1B)
        {
            if (Rune.DecodeFromUtf8(bytes, out Rune rune, out _) == System.Buffers.OperationStatus.Done)
            {
                _pending.Clear();
                Draw(rune);
            }
            else
            {
                Check.True(bytes.Length < 4, "no UTF-8 was sent");
            }

            return;
        }

        _pending.Clear();
        Check.Equal((byte)'[', bytes[1], "only control sequences are sent");
        Control((char)bytes[^1], Encoding.ASCII.GetString(bytes[2..^1]));
    }

    private void Draw(Rune rune)
    {
        Check.False(Rune.IsControl(rune), "no control character is drawn");
        Check.True(_column < Columns, "nothing is drawn behind the last column");
        int width = RuneWidth.Of(rune);
        Put(_pen with { Rune = rune });
        _column++;
        if (width == 2)
        {
            Put(_pen with { Rune = new Rune('\0') });
            _column++;
        }
    }

    private void Put(TerminalCell cell)
    {
        int at = (_row * Columns) + _column;
        if (cell.Rune.Value != 0 && Cells[at].Rune.Value == 0)
        {
            Cells[at - 1] = Cells[at - 1] with { Rune = new Rune(' ') }; // half of a wide one goes, so goes the other
        }

        if (_column + 1 < Columns && Cells[at + 1].Rune.Value == 0)
        {
            Cells[at + 1] = Cells[at + 1] with { Rune = new Rune(' ') };
        }

        Cells[at] = cell;
    }

    private void Control(char final, string parameters)
    {
        if (final is 'h' or 'l')
        {
            SetMode(int.Parse(parameters[1..], CultureInfo.InvariantCulture), final == 'h');
            return;
        }

        if (final == 'u')
        {
            switch (parameters[0])
            {
                case '?':
                    Questions++;
                    break;
                case '>':
                    KeyFlags.Push(int.Parse(parameters[1..], CultureInfo.InvariantCulture));
                    break;
                default:
                    Check.Equal("<", parameters);
                    KeyFlags.Pop();
                    break;
            }

            return;
        }

        int[] numbers = [.. parameters.Split(';').Select(static part => part.Length == 0 ? 0 : int.Parse(part, CultureInfo.InvariantCulture))];
        switch (final)
        {
            case 'H' when parameters.Length == 0:
                (_row, _column) = (0, 0);
                break;
            case 'H':
                (_row, _column) = (numbers[0] - 1, numbers[1] - 1);
                Check.True(_row < Rows && _column < Columns, "the cursor stays on the screen");
                break;
            case 'C':
                _column += numbers[0];
                Check.True(_column < Columns, "the cursor stays on the screen");
                break;
            case 'J':
                Check.Equal(2, numbers[0]);
                Cells.AsSpan().Fill(TerminalCell.Blank with { Background = _pen.Background });
                break;
            case 'm':
                SetPen(numbers);
                break;
            default:
                throw new CheckException($"an unexpected sequence: CSI {parameters} {final}");
        }
    }

    private void SetMode(int mode, bool isOn)
    {
        if (mode == 25)
        {
            HasCursor = isOn;
        }
        else if (isOn)
        {
            Modes.Add(mode);
        }
        else
        {
            Modes.Remove(mode);
        }
    }

    private void SetPen(int[] numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            switch (numbers[i])
            {
                case 0:
                    _pen = TerminalCell.Blank;
                    break;
                case >= 1 and <= 7 and not 6:
                    _pen = _pen with { Style = _pen.Style | (numbers[i] == 7 ? TerminalStyle.Reverse : (TerminalStyle)(1 << (numbers[i] - 1))) };
                    break;
                case 38:
                    Check.Equal(2, numbers[i + 1]);
                    _pen = _pen with { Foreground = new((byte)numbers[i + 2], (byte)numbers[i + 3], (byte)numbers[i + 4]) };
                    i += 4;
                    break;
                case 48:
                    Check.Equal(2, numbers[i + 1]);
                    _pen = _pen with { Background = new((byte)numbers[i + 2], (byte)numbers[i + 3], (byte)numbers[i + 4]) };
                    i += 4;
                    break;
                case 39:
                    _pen = _pen with { Foreground = default };
                    break;
                case 49:
                    _pen = _pen with { Background = default };
                    break;
                default:
                    throw new CheckException($"an unexpected SGR {numbers[i]}");
            }
        }
    }

    private static TerminalCell[] Blank(int columns, int rows) => [.. Enumerable.Repeat(TerminalCell.Blank, columns * rows)];
}
