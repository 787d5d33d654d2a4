using System.Globalization;

namespace Mainspring.Game;

/// <summary>A small font of 5 by 7 squares, without lower-case letters. In the file a line is a character and its rows, from the top.</summary>
internal sealed class Font
{
    public const int Columns = 5;
    public const int Rows = 7;

    /// <summary>From one character to the next.</summary>
    public const int Advance = 6;

    /// <summary>The first of <see cref="Count"/> characters in the order of ASCII.</summary>
    public const char First = ' ';
    public const int Count = 96;

    private readonly byte[] _rows = new byte[Count * Rows]; // the lowest bit is the leftmost column

    /// <summary>Reads it. Blocking: for the executor.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public static Font Read()
    {
        using Stream stream = typeof(Font).Assembly.GetManifestResourceStream("font.txt") ?? throw new FileNotFoundException("font.txt is not part of the program");
        using var reader = new StreamReader(stream);
        var font = new Font();
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            string[] words = line[1..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != Rows || PlaceOf(line[0]) == 0)
            {
                throw new InvalidDataException($"font.txt, line {number}: a character and {Rows} rows are needed");
            }

            for (int row = 0; row < Rows; row++)
            {
                int bits = int.Parse(words[row], NumberStyles.BinaryNumber, CultureInfo.InvariantCulture);
                for (int column = 0; column < Columns; column++)
                {
                    font._rows[(PlaceOf(line[0]) * Rows) + row] |= (byte)(((bits >> (Columns - 1 - column)) & 1) << column);
                }
            }
        }

        return font;
    }

    /// <summary>The place of a character; what the font does not have is a space.</summary>
    public static int PlaceOf(char character) => char.ToUpperInvariant(character) - First is var place and > 0 and < Count ? place : 0;

    /// <summary>A row of a character; the lowest bit is the leftmost column.</summary>
    public byte RowOf(char character, int row) => _rows[(PlaceOf(character) * Rows) + row];
}
