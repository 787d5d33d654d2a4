using System.Text;

namespace Mainspring.Game;

/// <summary>The calls of OpenGL 3.3 that the game makes, by pointers that the window gives. Loaded once; a call costs what it costs in C.</summary>
internal sealed unsafe class OpenGl
{
    public const uint ColorBufferBit = 0x4000;
    public const uint TriangleStrip = 5;
    public const uint Blend = 0x0BE2;
    public const uint One = 1;
    public const uint OneMinusSourceAlpha = 0x0303;
    public const uint ArrayBuffer = 0x8892;
    public const uint StreamDraw = 0x88E0;
    public const uint Float = 0x1406;
    public const uint UnsignedByte = 0x1401;
    public const uint Texture2D = 0x0DE1;
    public const uint Red = 0x1903;
    public const uint R8 = 0x8229;

    private const uint VertexShader = 0x8B31;
    private const uint FragmentShader = 0x8B30;
    private const uint CompileStatus = 0x8B81;
    private const uint LinkStatus = 0x8B82;
    private const uint TextureMagFilter = 0x2800;
    private const uint TextureMinFilter = 0x2801;
    private const uint UnpackAlignment = 0x0CF5;
    private const int Nearest = 0x2600;

    public readonly delegate* unmanaged<uint, void> Clear;
    public readonly delegate* unmanaged<float, float, float, float, void> ClearColor;
    public readonly delegate* unmanaged<int, int, int, int, void> Viewport;
    public readonly delegate* unmanaged<uint, void> Enable;
    public readonly delegate* unmanaged<uint, uint, void> BlendFunc;
    public readonly delegate* unmanaged<uint, void> UseProgram;
    public readonly delegate* unmanaged<int, float, float, float, float, void> Uniform4;
    public readonly delegate* unmanaged<uint, void> BindVertexArray;
    public readonly delegate* unmanaged<uint, uint, void> BindBuffer;
    public readonly delegate* unmanaged<uint, nint, void*, uint, void> BufferData;
    public readonly delegate* unmanaged<uint, nint, nint, void*, void> BufferSubData;
    public readonly delegate* unmanaged<uint, int, uint, byte, int, nint, void> VertexAttribPointer;
    public readonly delegate* unmanaged<uint, void> EnableVertexAttribArray;
    public readonly delegate* unmanaged<uint, uint, void> VertexAttribDivisor;
    public readonly delegate* unmanaged<uint, int, int, int, void> DrawArraysInstanced;

    private readonly delegate* unmanaged<uint, uint> _createShader;
    private readonly delegate* unmanaged<uint, int, byte**, int*, void> _shaderSource;
    private readonly delegate* unmanaged<uint, void> _compileShader;
    private readonly delegate* unmanaged<uint, uint, int*, void> _getShader;
    private readonly delegate* unmanaged<uint, int, int*, byte*, void> _getShaderInfoLog;
    private readonly delegate* unmanaged<uint> _createProgram;
    private readonly delegate* unmanaged<uint, uint, void> _attachShader;
    private readonly delegate* unmanaged<uint, void> _linkProgram;
    private readonly delegate* unmanaged<uint, uint, int*, void> _getProgram;
    private readonly delegate* unmanaged<uint, int, int*, byte*, void> _getProgramInfoLog;
    private readonly delegate* unmanaged<uint, byte*, int> _getUniformLocation;
    private readonly delegate* unmanaged<int, uint*, void> _genVertexArrays;
    private readonly delegate* unmanaged<int, uint*, void> _genBuffers;
    private readonly delegate* unmanaged<int, uint*, void> _genTextures;
    private readonly delegate* unmanaged<uint, uint, void> _bindTexture;
    private readonly delegate* unmanaged<uint, int, int, int, int, int, uint, uint, void*, void> _texImage2D;
    private readonly delegate* unmanaged<uint, uint, int, void> _texParameter;
    private readonly delegate* unmanaged<uint, int, void> _pixelStore;

    /// <summary>Loads the calls, of the context that is current.</summary>
    /// <param name="load">Gives the address of a call by its name, or 0.</param>
    /// <exception cref="IOException">One is missing.</exception>
    public OpenGl(Func<string, nint> load)
    {
        nint Load(string name) => load(name) is var address && address != 0 ? address : throw new IOException($"this OpenGL has no {name}: version 3.3 is needed; --terminal plays without it");

        Clear = (delegate* unmanaged<uint, void>)Load("glClear");
        ClearColor = (delegate* unmanaged<float, float, float, float, void>)Load("glClearColor");
        Viewport = (delegate* unmanaged<int, int, int, int, void>)Load("glViewport");
        Enable = (delegate* unmanaged<uint, void>)Load("glEnable");
        BlendFunc = (delegate* unmanaged<uint, uint, void>)Load("glBlendFunc");
        UseProgram = (delegate* unmanaged<uint, void>)Load("glUseProgram");
        Uniform4 = (delegate* unmanaged<int, float, float, float, float, void>)Load("glUniform4f");
        BindVertexArray = (delegate* unmanaged<uint, void>)Load("glBindVertexArray");
        BindBuffer = (delegate* unmanaged<uint, uint, void>)Load("glBindBuffer");
        BufferData = (delegate* unmanaged<uint, nint, void*, uint, void>)Load("glBufferData");
        BufferSubData = (delegate* unmanaged<uint, nint, nint, void*, void>)Load("glBufferSubData");
        VertexAttribPointer = (delegate* unmanaged<uint, int, uint, byte, int, nint, void>)Load("glVertexAttribPointer");
        EnableVertexAttribArray = (delegate* unmanaged<uint, void>)Load("glEnableVertexAttribArray");
        VertexAttribDivisor = (delegate* unmanaged<uint, uint, void>)Load("glVertexAttribDivisor");
        DrawArraysInstanced = (delegate* unmanaged<uint, int, int, int, void>)Load("glDrawArraysInstanced");
        _createShader = (delegate* unmanaged<uint, uint>)Load("glCreateShader");
        _shaderSource = (delegate* unmanaged<uint, int, byte**, int*, void>)Load("glShaderSource");
        _compileShader = (delegate* unmanaged<uint, void>)Load("glCompileShader");
        _getShader = (delegate* unmanaged<uint, uint, int*, void>)Load("glGetShaderiv");
        _getShaderInfoLog = (delegate* unmanaged<uint, int, int*, byte*, void>)Load("glGetShaderInfoLog");
        _createProgram = (delegate* unmanaged<uint>)Load("glCreateProgram");
        _attachShader = (delegate* unmanaged<uint, uint, void>)Load("glAttachShader");
        _linkProgram = (delegate* unmanaged<uint, void>)Load("glLinkProgram");
        _getProgram = (delegate* unmanaged<uint, uint, int*, void>)Load("glGetProgramiv");
        _getProgramInfoLog = (delegate* unmanaged<uint, int, int*, byte*, void>)Load("glGetProgramInfoLog");
        _getUniformLocation = (delegate* unmanaged<uint, byte*, int>)Load("glGetUniformLocation");
        _genVertexArrays = (delegate* unmanaged<int, uint*, void>)Load("glGenVertexArrays");
        _genBuffers = (delegate* unmanaged<int, uint*, void>)Load("glGenBuffers");
        _genTextures = (delegate* unmanaged<int, uint*, void>)Load("glGenTextures");
        _bindTexture = (delegate* unmanaged<uint, uint, void>)Load("glBindTexture");
        _texImage2D = (delegate* unmanaged<uint, int, int, int, int, int, uint, uint, void*, void>)Load("glTexImage2D");
        _texParameter = (delegate* unmanaged<uint, uint, int, void>)Load("glTexParameteri");
        _pixelStore = (delegate* unmanaged<uint, int, void>)Load("glPixelStorei");
    }

    /// <summary>A program of two shaders.</summary>
    /// <exception cref="IOException">The driver refuses them; the message is its own.</exception>
    public uint CreateProgram(string vertex, string fragment)
    {
        uint program = _createProgram();
        _attachShader(program, Compile(VertexShader, vertex));
        _attachShader(program, Compile(FragmentShader, fragment));
        _linkProgram(program);
        int isLinked;
        _getProgram(program, LinkStatus, &isLinked);
        return isLinked != 0 ? program : throw Refused(program, _getProgramInfoLog);
    }

    public int UniformOf(uint program, ReadOnlySpan<byte> name)
    {
        fixed (byte* first = name)
        {
            return _getUniformLocation(program, first); // a u8 literal ends with a zero
        }
    }

    public uint CreateVertexArray()
    {
        uint name;
        _genVertexArrays(1, &name);
        return name;
    }

    public uint CreateBuffer()
    {
        uint name;
        _genBuffers(1, &name);
        return name;
    }

    /// <summary>A texture of one byte for each pixel, which stays bound.</summary>
    public void CreateTexture(ReadOnlySpan<byte> pixels, int width, int height)
    {
        uint name;
        _genTextures(1, &name);
        _bindTexture(Texture2D, name);
        _texParameter(Texture2D, TextureMagFilter, Nearest);
        _texParameter(Texture2D, TextureMinFilter, Nearest);
        _pixelStore(UnpackAlignment, 1);
        fixed (byte* first = pixels)
        {
            _texImage2D(Texture2D, 0, (int)R8, width, height, 0, Red, UnsignedByte, first);
        }
    }

    private uint Compile(uint kind, string source)
    {
        uint shader = _createShader(kind);
        byte[] text = Encoding.ASCII.GetBytes(source);
        int length = text.Length;
        fixed (byte* first = text)
        {
            byte* lines = first;
            _shaderSource(shader, 1, &lines, &length);
        }

        _compileShader(shader);
        int isCompiled;
        _getShader(shader, CompileStatus, &isCompiled);
        return isCompiled != 0 ? shader : throw Refused(shader, _getShaderInfoLog);
    }

    private static IOException Refused(uint name, delegate* unmanaged<uint, int, int*, byte*, void> log)
    {
        byte* text = stackalloc byte[1024];
        int length;
        log(name, 1024, &length, text);
        return new IOException($"the graphics driver refuses the game's shaders: {Encoding.UTF8.GetString(text, Math.Max(0, length)).ReplaceLineEndings(" ").Trim()}; --terminal plays without it");
    }
}
