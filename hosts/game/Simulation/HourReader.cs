using System.Buffers.Text;

namespace Mainspring.Game;

/// <summary>
/// Reads an hour, line by line: <c>SECONDS COUNT KIND PLACE [SECONDS]</c>, such as <c>2.5 6 mite ring</c> or <c>4 8 moth left 0.3</c>, where the last number is the time
/// between two of them. What follows a # is a remark. A line at a time, so that whoever reads can stop when the frame's budget is spent.
/// </summary>
/// <param name="text">The whole text.</param>
/// <param name="number">The hour's number, for messages.</param>
/// <param name="position">Where to go on.</param>
/// <param name="line">Lines before that.</param>
internal ref struct HourReader(ReadOnlySpan<byte> text, int number, int position = 0, int line = 0)
{
    private const int MostSeconds = 600;

    private ReadOnlySpan<byte> _text = text[position..];

    /// <summary>How much was read.</summary>
    public int Position { get; private set; } = position;

    /// <summary>Lines that were read.</summary>
    public int Line { get; private set; } = line;

    public readonly bool IsAtEnd => _text.IsEmpty;

    /// <summary>Reads a line, which may have a group.</summary>
    /// <exception cref="InvalidDataException">It has something else; the message names the line.</exception>
    public void ReadLine(Hour hour)
    {
        Line++;
        int end = _text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> line = end < 0 ? _text : _text[..end];
        int length = end < 0 ? _text.Length : end + 1;
        _text = _text[length..];
        Position += length;
        int remark = line.IndexOf((byte)'#');
        line = (remark < 0 ? line : line[..remark]).Trim(" \t\r"u8);
        if (line.IsEmpty)
        {
            return;
        }

        int at = Steps(Word(ref line));
        int count = Number(Word(ref line));
        EnemyKind kind = KindOf(Word(ref line));
        SpawnPlace place = PlaceOf(Word(ref line));
        int every = line.IsEmpty ? 0 : Steps(Word(ref line));
        if (!line.IsEmpty || !hour.TryAdd(new SpawnGroup(at, count, kind, place, every)))
        {
            throw Wrong(line.IsEmpty ? "there are more groups than an hour may have" : "there is more in it than SECONDS COUNT KIND PLACE [SECONDS]");
        }
    }

    private static ReadOnlySpan<byte> Word(ref ReadOnlySpan<byte> line)
    {
        int end = line.IndexOfAny(" \t"u8);
        ReadOnlySpan<byte> word = end < 0 ? line : line[..end];
        line = end < 0 ? default : line[end..].TrimStart(" \t"u8);
        return word;
    }

    // Decimal arithmetic: no floating point, not even here.
    private readonly int Steps(ReadOnlySpan<byte> word) =>
        Utf8Parser.TryParse(word, out decimal seconds, out int used) && used == word.Length && word.Length > 0 && seconds is >= 0 and <= MostSeconds
            ? (int)(seconds * Units.StepsPerSecond)
            : throw Wrong("it needs a time in seconds");

    private readonly int Number(ReadOnlySpan<byte> word) =>
        Utf8Parser.TryParse(word, out int number, out int used) && used == word.Length && number is >= 1 and <= 100 ? number : throw Wrong("it needs a count from 1 to 100");

    private readonly EnemyKind KindOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("mite"u8) ? EnemyKind.Mite
        : word.SequenceEqual("moth"u8) ? EnemyKind.Moth
        : word.SequenceEqual("ram"u8) ? EnemyKind.Ram
        : word.SequenceEqual("spitter"u8) ? EnemyKind.Spitter
        : word.SequenceEqual("cog"u8) ? EnemyKind.Cog
        : word.SequenceEqual("pinion"u8) ? EnemyKind.Pinion
        : word.SequenceEqual("regulator"u8) ? EnemyKind.Regulator
        : throw Wrong("it needs an enemy: mite, moth, ram, spitter, cog, pinion or regulator");

    private readonly SpawnPlace PlaceOf(ReadOnlySpan<byte> word) =>
        word.SequenceEqual("edge"u8) ? SpawnPlace.Edge
        : word.SequenceEqual("left"u8) ? SpawnPlace.Left
        : word.SequenceEqual("right"u8) ? SpawnPlace.Right
        : word.SequenceEqual("top"u8) ? SpawnPlace.Top
        : word.SequenceEqual("bottom"u8) ? SpawnPlace.Bottom
        : word.SequenceEqual("corners"u8) ? SpawnPlace.Corners
        : word.SequenceEqual("ring"u8) ? SpawnPlace.Ring
        : word.SequenceEqual("center"u8) ? SpawnPlace.Center
        : throw Wrong("it needs a place: edge, left, right, top, bottom, corners, ring or center");

    private readonly InvalidDataException Wrong(string what) => new($"{HourLoader.NameOf(number)}, line {Line}: {what}");
}
