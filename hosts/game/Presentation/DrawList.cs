namespace Mainspring.Game;

/// <summary>
/// All that is drawn in a frame: shapes from the back to the front, and texts in front of them, in the coordinates of the scene. One list for all screens; filled again in each frame,
/// and what does not fit is left out.
/// </summary>
internal sealed class DrawList
{
    /// <summary>The scene: the arena, and a line of text above and below it.</summary>
    public const int Width = Arena.WidthUnits;
    public const int Height = Arena.HeightUnits + (2 * LineHeight);

    public const int CharacterWidth = 4;
    public const int LineHeight = 8;

    private const int MostShapes = 4096;
    private const int MostTexts = 64;
    private const int MostCharacters = 4096;

    private readonly Shape[] _shapes = new Shape[MostShapes];
    private readonly SceneText[] _texts = new SceneText[MostTexts];
    private readonly char[] _characters = new char[MostCharacters];
    private int _shapeCount;
    private int _textCount;
    private int _characterCount;

    public ReadOnlySpan<Shape> Shapes => _shapes.AsSpan(0, _shapeCount);

    public ReadOnlySpan<SceneText> Texts => _texts.AsSpan(0, _textCount);

    /// <summary>By how much everything but texts is moved, when the ground shakes.</summary>
    public (float X, float Y) Shake { get; set; }

    public ReadOnlySpan<char> CharactersOf(in SceneText text) => _characters.AsSpan(text.Start, text.Length);

    public void Clear() => (_shapeCount, _textCount, _characterCount, Shake) = (0, 0, 0, default);

    public void Disc(float x, float y, float radius, Colour colour, float solid = 1, float glow = 0.4f, float reach = 6) =>
        Add(ShapeKind.Disc, x, y, radius, 0, 0, colour, solid, glow, reach);

    public void Ring(float x, float y, float radius, float width, Colour colour, float solid = 1, float glow = 0.4f, float reach = 6) =>
        Add(ShapeKind.Ring, x, y, radius, width / 2, 0, colour, solid, glow, reach);

    public void Gear(float x, float y, float radius, int teeth, float angle, Colour colour, float solid = 1, float glow = 0.4f, float reach = 6) =>
        Add(ShapeKind.Gear, x, y, radius, teeth, angle, colour, solid, glow, reach);

    public void Dart(float x, float y, float radius, float angle, Colour colour, float solid = 1, float glow = 0.4f, float reach = 6) =>
        Add(ShapeKind.Dart, x, y, radius, 0, angle, colour, solid, glow, reach);

    public void Box(float x, float y, float halfLength, float halfWidth, float angle, Colour colour, float solid = 1, float glow = 0, float reach = 4) =>
        Add(ShapeKind.Box, x, y, halfLength, halfWidth, angle, colour, solid, glow, reach);

    public void Line(float x, float y, float toX, float toY, float width, Colour colour, float solid = 1, float glow = 0.3f, float reach = 4) =>
        Box((x + toX) / 2, (y + toY) / 2, MathF.Sqrt(((toX - x) * (toX - x)) + ((toY - y) * (toY - y))) / 2, width / 2, MathF.Atan2(toY - y, toX - x), colour, solid, glow, reach);

    /// <summary>A text; formatted without allocating.</summary>
    public void Text(float x, float y, Colour colour, TextAlign align, [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref SceneTextHandler text)
    {
        int length = text.Length;
        if (_textCount < MostTexts && length > 0)
        {
            _texts[_textCount++] = new SceneText(x, y, align, colour, _characterCount, length);
            _characterCount += length;
        }
    }

    public void Text(float x, float y, Colour colour, TextAlign align, ReadOnlySpan<char> text) => Text(x, y, colour, align, $"{text}");

    /// <summary>A text whose characters are made of squares.</summary>
    public void BigText(Font font, float x, float y, float pixel, Colour colour, ReadOnlySpan<char> text, float glow = 0.25f)
    {
        float left = MathF.Round((x - (((text.Length * Font.Advance) - 1) * pixel / 2)) / pixel) * pixel; // on the grid of a terminal where that is as wide
        for (int i = 0; i < text.Length; i++)
        {
            for (int row = 0; row < Font.Rows; row++)
            {
                byte bits = font.RowOf(text[i], row);
                for (int column = 0; column < Font.Columns; column++)
                {
                    if ((bits & (1 << column)) != 0)
                    {
                        Box(left + (((i * Font.Advance) + column + 0.5f) * pixel), y + ((row + 0.5f) * pixel), pixel / 2, pixel / 2, 0, colour, 1, glow, pixel * 2.5f);
                    }
                }
            }
        }
    }

    internal Span<char> FreeCharacters => _characters.AsSpan(_characterCount);

    private void Add(ShapeKind kind, float x, float y, float size, float second, float angle, Colour colour, float solid, float glow, float reach)
    {
        if (_shapeCount < MostShapes)
        {
            (float sine, float cosine) = angle == 0 ? (0, 1) : MathF.SinCos(angle);
            _shapes[_shapeCount++] = new Shape
            {
                X = x,
                Y = y,
                Size = size,
                SecondSize = second,
                Cosine = cosine,
                Sine = sine,
                R = colour.R,
                G = colour.G,
                B = colour.B,
                Solid = solid,
                Glow = glow,
                Reach = reach,
                Kind = (float)kind,
            };
        }
    }
}
