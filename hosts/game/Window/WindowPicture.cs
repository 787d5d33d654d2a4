namespace Mainspring.Game;

/// <summary>Draws a scene with OpenGL: one buffer of shapes and one draw call for each frame.</summary>
internal sealed unsafe class WindowPicture
{
    private const int MostShapes = 8192;

    private readonly OpenGl _gl;
    private readonly Shape[] _shapes = new Shape[MostShapes];
    private readonly int _view;

    /// <summary>Prepares the context that is current.</summary>
    /// <exception cref="IOException">It is no OpenGL 3.3; the message says so.</exception>
    public WindowPicture(Func<string, nint> load)
    {
        _gl = new OpenGl(load);
        uint program = _gl.CreateProgram(Shaders.Vertex, Shaders.Fragment);
        _gl.UseProgram(program);
        _view = _gl.UniformOf(program, "view"u8);
        _gl.BindVertexArray(_gl.CreateVertexArray());
        _gl.BindBuffer(OpenGl.ArrayBuffer, _gl.CreateBuffer());
        _gl.BufferData(OpenGl.ArrayBuffer, sizeof(Shape) * MostShapes, null, OpenGl.StreamDraw);
        for (uint i = 0; i < 4; i++)
        {
            _gl.EnableVertexAttribArray(i);
            _gl.VertexAttribPointer(i, i < 3 ? 4 : 1, OpenGl.Float, 0, sizeof(Shape), (nint)(i * 4 * sizeof(float)));
            _gl.VertexAttribDivisor(i, 1);
        }

        _gl.Enable(OpenGl.Blend);
        _gl.BlendFunc(OpenGl.One, OpenGl.OneMinusSourceAlpha);
        _gl.ClearColor(Palette.Night.R, Palette.Night.G, Palette.Night.B, 1);
    }

    /// <summary>Takes the letters; before that there are none.</summary>
    public void Take(Font font)
    {
        const int Width = Font.Count * Font.Columns;
        var pixels = new byte[Width * Font.Rows];
        for (int place = 0; place < Font.Count; place++)
        {
            for (int row = 0; row < Font.Rows; row++)
            {
                for (int column = 0; column < Font.Columns; column++)
                {
                    bool isSet = (font.RowOf((char)(Font.First + place), row) & (1 << column)) != 0;
                    pixels[(row * Width) + (place * Font.Columns) + column] = isSet ? byte.MaxValue : byte.MinValue;
                }
            }
        }

        _gl.CreateTexture(pixels, Width, Font.Rows);
    }

    /// <summary>Draws the scene, as large as it fits.</summary>
    /// <param name="size">Of the framebuffer, in pixels.</param>
    public void Draw(DrawList list, (int Width, int Height) size)
    {
        _gl.Viewport(0, 0, size.Width, size.Height);
        _gl.Clear(OpenGl.ColorBufferBit);
        if (size.Width == 0 || size.Height == 0)
        {
            return;
        }

        (float scale, float left, float top) = Fit(size);
        _gl.Uniform4(_view, 2 * scale / size.Width, -2 * scale / size.Height, (2 * left / size.Width) - 1, 1 - (2 * top / size.Height));
        int count = Collect(list);
        fixed (Shape* first = _shapes)
        {
            _gl.BufferData(OpenGl.ArrayBuffer, sizeof(Shape) * MostShapes, null, OpenGl.StreamDraw); // another one: the driver need not wait for the frame before
            _gl.BufferSubData(OpenGl.ArrayBuffer, 0, sizeof(Shape) * count, first);
        }

        _gl.DrawArraysInstanced(OpenGl.TriangleStrip, 0, 4, count);
    }

    /// <summary>A place of the window, in the scene.</summary>
    /// <param name="windowSize">In the unit of the place.</param>
    public static (float X, float Y) ToScene(float x, float y, (int Width, int Height) windowSize)
    {
        (float scale, float left, float top) = Fit(windowSize);
        return ((x - left) / scale, (y - top) / scale);
    }

    private static (float Scale, float Left, float Top) Fit((int Width, int Height) size)
    {
        float scale = Math.Max(0.01f, Math.Min(size.Width / (float)DrawList.Width, size.Height / (float)DrawList.Height));
        return (scale, (size.Width - (DrawList.Width * scale)) / 2, (size.Height - (DrawList.Height * scale)) / 2);
    }

    // Shapes, and texts as one shape for each character.
    private int Collect(DrawList list)
    {
        list.Shapes.CopyTo(_shapes);
        int count = list.Shapes.Length;
        (float shakeX, float shakeY) = list.Shake;
        for (int i = 0; i < count; i++)
        {
            _shapes[i].X += shakeX;
            _shapes[i].Y += shakeY;
        }

        foreach (ref readonly SceneText text in list.Texts)
        {
            ReadOnlySpan<char> characters = list.CharactersOf(in text);
            float left = text.X - (text.CharactersBefore * DrawList.CharacterWidth);
            for (int i = 0; i < characters.Length && count < MostShapes; i++)
            {
                int place = Font.PlaceOf(characters[i]);
                if (place > 0)
                {
                    _shapes[count++] = new Shape
                    {
                        X = left + ((i + 0.5f) * DrawList.CharacterWidth),
                        Y = text.Y + (DrawList.LineHeight / 2f),
                        SecondSize = place,
                        Cosine = 1,
                        Solid = 1,
                        R = text.Colour.R,
                        G = text.Colour.G,
                        B = text.Colour.B,
                        Kind = (float)ShapeKind.Glyph,
                    };
                }
            }
        }

        return count;
    }
}
