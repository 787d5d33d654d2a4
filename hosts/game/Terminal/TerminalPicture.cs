using System.Text;
using Mainspring.Devices;

namespace Mainspring.Game;

/// <summary>Draws a scene with the cells of a terminal: each is two pixels, one above the other. The same shapes as in the window, calculated here pixel by pixel.</summary>
internal sealed class TerminalPicture(bool isUtf8)
{
    private const float Edge = 0.6f;  // pixels over which an edge fades
    private const float Grow = 0.22f; // pixels by which everything is larger, so that what is thin can be seen

    private static readonly Rune s_upperHalf = new('▀');
    private static readonly Rune s_space = new(' ');

    private Colour[] _pixels = [];
    private int _width;
    private int _height;
    private float _unitsPerPixel;
    private float _left; // of the scene, in pixels
    private float _top;

    /// <summary>Draws the scene, as large as it fits.</summary>
    public void Draw(DrawList list, TerminalScreen screen)
    {
        Fit(screen.Columns, screen.Rows * 2);
        _pixels.AsSpan().Fill(Palette.Night);
        (float shakeX, float shakeY) = list.Shake;
        foreach (ref readonly Shape shape in list.Shapes)
        {
            Draw(in shape, shakeX, shakeY);
        }

        for (int row = 0; row < screen.Rows; row++)
        {
            for (int column = 0; column < _width; column++)
            {
                Colour upper = _pixels[(row * 2 * _width) + column], lower = _pixels[((row * 2) + 1) * _width + column];
                TerminalColor below = Shown(lower);
                screen.Set(column, row, isUtf8 ? new TerminalCell(s_upperHalf, Shown(upper), below) : new TerminalCell(s_space, default, Shown(Colour.Mix(upper, lower, 0.5f))));
            }
        }

        foreach (ref readonly SceneText text in list.Texts)
        {
            Write(screen, in text, list.CharactersOf(in text));
        }
    }

    private void Fit(int width, int height)
    {
        if (width != _width || height != _height)
        {
            (_width, _height) = (width, height);
            _pixels = new Colour[width * height];
            _unitsPerPixel = Math.Max(DrawList.Width / (float)Math.Max(1, width), DrawList.Height / (float)Math.Max(1, height));
            _left = MathF.Floor((width - (DrawList.Width / _unitsPerPixel)) / 2);
            _top = MathF.Floor((height - (DrawList.Height / _unitsPerPixel)) / 4) * 2; // a whole cell, so that text keeps its distance
        }
    }

    private void Draw(in Shape shape, float shakeX, float shakeY)
    {
        float scale = 1 / _unitsPerPixel;
        float x = ((shape.X + shakeX) * scale) + _left, y = ((shape.Y + shakeY) * scale) + _top;
        float reach = (shape.Glow > 0 ? shape.Reach : 0) + _unitsPerPixel;
        (float extentX, float extentY) = ExtentOf(in shape);
        (extentX, extentY) = ((extentX + reach) * scale, (extentY + reach) * scale);
        int fromX = Math.Max(0, (int)(x - extentX)), toX = Math.Min(_width - 1, (int)(x + extentX));
        int fromY = Math.Max(0, (int)(y - extentY)), toY = Math.Min(_height - 1, (int)(y + extentY));
        var colour = new Colour(shape.R, shape.G, shape.B);
        float fade = Edge * _unitsPerPixel;
        float grown = Grow * _unitsPerPixel;
        for (int row = fromY; row <= toY; row++)
        {
            for (int column = fromX; column <= toX; column++)
            {
                float dx = (column + 0.5f - x) * _unitsPerPixel, dy = (row + 0.5f - y) * _unitsPerPixel;
                float distance = Distance(in shape, (dx * shape.Cosine) + (dy * shape.Sine), (dy * shape.Cosine) - (dx * shape.Sine)) - grown;
                float cover = Math.Clamp(0.5f - (distance / fade), 0, 1) * shape.Solid;
                float near = shape.Glow > 0 ? Math.Clamp(1 - (Math.Max(0, distance) / shape.Reach), 0, 1) : 0;
                float light = cover + (shape.Glow * near * near * near * 0.6f * (1 - cover));
                if (light > 0.004f)
                {
                    ref Colour pixel = ref _pixels[(row * _width) + column];
                    pixel = (pixel * (1 - cover)) + (colour * light);
                }
            }
        }
    }

    // How far a shape's edge is from its middle at the most.
    private static (float X, float Y) ExtentOf(in Shape shape) => (ShapeKind)(int)shape.Kind switch
    {
        ShapeKind.Box => (
            (MathF.Abs(shape.Cosine) * shape.Size) + (MathF.Abs(shape.Sine) * shape.SecondSize),
            (MathF.Abs(shape.Sine) * shape.Size) + (MathF.Abs(shape.Cosine) * shape.SecondSize)),
        ShapeKind.Ring => (shape.Size + shape.SecondSize, shape.Size + shape.SecondSize),
        _ => (shape.Size * 1.2f, shape.Size * 1.2f),
    };

    // From a place to the edge, negative within: the same formulas as in the shader.
    private static float Distance(in Shape shape, float x, float y)
    {
        float length = MathF.Sqrt((x * x) + (y * y));
        switch ((ShapeKind)(int)shape.Kind)
        {
            case ShapeKind.Ring:
                return MathF.Abs(length - shape.Size) - shape.SecondSize;
            case ShapeKind.Gear:
                float teeth = Math.Clamp(MathF.Cos(MathF.Atan2(y, x) * shape.SecondSize) * 3, -1, 1);
                return Math.Max(length - (shape.Size * (0.9f + (0.14f * teeth))), (shape.Size * 0.34f) - length);
            case ShapeKind.Dart:
                return Math.Max((MathF.Abs(y) * 0.894f) + ((x - shape.Size) * 0.447f), (-x - (shape.Size * 0.75f)) + (MathF.Abs(y) * 0.35f));
            case ShapeKind.Box:
                float outX = MathF.Abs(x) - shape.Size, outY = MathF.Abs(y) - shape.SecondSize;
                float outside = MathF.Sqrt((Math.Max(0, outX) * Math.Max(0, outX)) + (Math.Max(0, outY) * Math.Max(0, outY)));
                return outside + Math.Min(0, Math.Max(outX, outY));
            default:
                return length - shape.Size;
        }
    }

    private void Write(TerminalScreen screen, in SceneText text, ReadOnlySpan<char> characters)
    {
        int row = (int)MathF.Round(((text.Y / _unitsPerPixel) + _top) / 2);
        int column = (int)MathF.Round((text.X / _unitsPerPixel) + _left - text.CharactersBefore);
        foreach (char character in characters)
        {
            TerminalCell behind = screen[column, row];
            screen.Set(column, row, new TerminalCell(new Rune(character), Shown(text.Colour), character == ' ' ? behind.Background : Darker(column, row), TerminalStyle.Bold));
            column++;
        }
    }

    // A text stands on the mean of its cell's pixels, darkened, so that it can be read on anything.
    private TerminalColor Darker(int column, int row)
    {
        int place = (row * 2 * _width) + column;
        return column >= 0 && column < _width && row >= 0 && place + _width < _pixels.Length ? Shown(Colour.Mix(_pixels[place], _pixels[place + _width], 0.5f) * 0.45f) : Shown(Palette.Night);
    }

    private static TerminalColor Shown(Colour colour) => new(Part(colour.R), Part(colour.G), Part(colour.B));

    private static byte Part(float part) => (byte)(Math.Clamp(part, 0, 1) * 255);
}
