using Silk.NET.OpenGL;

namespace Mainspring.Samples;

/// <summary>A triangle of three colours, drawn with Silk.NET's OpenGL.</summary>
internal sealed class Triangle
{
    private const string VertexSource = """
        #version 330 core
        uniform vec2 turn; // cosine and sine
        uniform vec2 scale;
        out vec3 colour;
        const vec2 corners[3] = vec2[](vec2(0.0, 0.8), vec2(-0.7, -0.4), vec2(0.7, -0.4));
        void main()
        {
            vec2 p = corners[gl_VertexID];
            colour = vec3(gl_VertexID == 0, gl_VertexID == 1, gl_VertexID == 2);
            gl_Position = vec4(scale * vec2(p.x * turn.x - p.y * turn.y, p.x * turn.y + p.y * turn.x), 0.0, 1.0);
        }
        """;

    private const string FragmentSource = """
        #version 330 core
        in vec3 colour;
        out vec4 pixel;
        void main() { pixel = vec4(colour, 1.0); }
        """;

    private readonly GL _gl;
    private readonly uint _program;
    private readonly int _turn, _scale;

    public Triangle(GL gl)
    {
        _gl = gl;
        _program = gl.CreateProgram();
        foreach ((ShaderType type, string source) in new[] { (ShaderType.VertexShader, VertexSource), (ShaderType.FragmentShader, FragmentSource) })
        {
            uint shader = gl.CreateShader(type);
            gl.ShaderSource(shader, source);
            gl.CompileShader(shader);
            if (gl.GetShader(shader, ShaderParameterName.CompileStatus) == 0)
            {
                throw new InvalidOperationException(gl.GetShaderInfoLog(shader));
            }

            gl.AttachShader(_program, shader);
        }

        gl.LinkProgram(_program);
        _turn = gl.GetUniformLocation(_program, "turn");
        _scale = gl.GetUniformLocation(_program, "scale");
        gl.BindVertexArray(gl.GenVertexArray()); // OpenGL's core profile draws nothing without one
    }

    public void Draw(float angle, (int Width, int Height) size)
    {
        _gl.Viewport(0, 0, (uint)size.Width, (uint)size.Height);
        _gl.ClearColor(0.06f, 0.07f, 0.10f, 1);
        _gl.Clear(ClearBufferMask.ColorBufferBit);
        _gl.UseProgram(_program);
        _gl.Uniform2(_turn, MathF.Cos(angle), MathF.Sin(angle));
        float shorter = Math.Min(size.Width, size.Height);
        _gl.Uniform2(_scale, shorter / size.Width, shorter / size.Height);
        _gl.DrawArrays(PrimitiveType.Triangles, 0, 3);
    }
}
