using System.Globalization;
using System.Runtime.CompilerServices;

namespace Mainspring.Game;

/// <summary>Writes an interpolated text straight into a draw list's characters. What does not fit is cut off.</summary>
[InterpolatedStringHandler]
internal ref struct SceneTextHandler
{
    private readonly Span<char> _characters;

    public SceneTextHandler(int literalLength, int formattedCount, DrawList list)
    {
        _ = literalLength + formattedCount; // the compiler gives them; the list has the room that it has
        _characters = list.FreeCharacters;
    }

    public int Length { get; private set; }

    public void AppendLiteral(string text) => AppendFormatted(text.AsSpan());

    public void AppendFormatted(ReadOnlySpan<char> text)
    {
        int length = Math.Min(text.Length, _characters.Length - Length);
        text[..length].CopyTo(_characters[Length..]);
        Length += length;
    }

    public void AppendFormatted(string? text) => AppendFormatted(text.AsSpan());

    public void AppendFormatted<T>(T value, string? format = null)
        where T : ISpanFormattable
    {
        if (value.TryFormat(_characters[Length..], out int written, format, CultureInfo.InvariantCulture))
        {
            Length += written;
        }
    }

    public void AppendFormatted<T>(T value, int alignment, string? format = null)
        where T : ISpanFormattable
    {
        int start = Length;
        AppendFormatted(value, format);
        int missing = Math.Min(alignment - (Length - start), _characters.Length - Length);
        if (missing > 0)
        {
            _characters[start..Length].CopyTo(_characters[(start + missing)..]);
            _characters.Slice(start, missing).Fill(' ');
            Length += missing;
        }
    }
}
