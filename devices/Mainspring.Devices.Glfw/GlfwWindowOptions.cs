namespace Mainspring.Devices.Glfw;

/// <summary>How a window is opened. Every value has a default that suits a game.</summary>
public sealed record GlfwWindowOptions
{
    /// <summary>The text of its title bar, and the source's name.</summary>
    public string Title { get; init; } = "Mainspring";

    /// <summary>The width of what it shows, without its frame, in screen coordinates; at least 1.</summary>
    public int Width { get; init; } = 1280;

    /// <summary>The height of what it shows, without its frame, in screen coordinates; at least 1.</summary>
    public int Height { get; init; } = 720;

    /// <summary>What it is drawn with.</summary>
    public GraphicsApi Api { get; init; } = GraphicsApi.OpenGL;

    /// <summary>The least version of OpenGL or OpenGL ES that it needs.</summary>
    public Version ApiVersion { get; init; } = new(3, 3);

    /// <summary>Which OpenGL; for versions before 3.2, and for OpenGL ES, <see cref="OpenGLProfile.Any"/> is taken.</summary>
    public OpenGLProfile Profile { get; init; } = OpenGLProfile.Core;

    /// <summary>Whether the context checks and reports more.</summary>
    public bool DebugContext { get; init; }

    /// <summary>
    /// Whether <see cref="WindowSource.SwapBuffers"/> waits for the display. It then blocks the loop's thread until the next refresh; without it the loop's own frame rate paces the frames.
    /// </summary>
    public bool VSync { get; init; }

    /// <summary>How many samples are taken of each pixel; 0 is no multisampling.</summary>
    public int Samples { get; init; }

    /// <summary>Bits of the depth buffer.</summary>
    public int DepthBits { get; init; } = 24;

    /// <summary>Bits of the stencil buffer.</summary>
    public int StencilBits { get; init; } = 8;

    /// <summary>Whether the user can change its size.</summary>
    public bool Resizable { get; init; } = true;

    /// <summary>Whether it is shown at once; otherwise <see cref="WindowSource.Show"/> does it.</summary>
    public bool Visible { get; init; } = true;

    /// <summary>Whether it has a frame and a title bar.</summary>
    public bool Decorated { get; init; } = true;

    /// <summary>Whether it gets the keyboard when it is shown.</summary>
    public bool Focused { get; init; } = true;

    /// <summary>Whether it stays above other windows.</summary>
    public bool Floating { get; init; }

    /// <summary>Whether it is opened maximized.</summary>
    public bool Maximized { get; init; }

    /// <summary>Whether what is drawn with an alpha below 1 lets the desktop shine through.</summary>
    public bool Transparent { get; init; }

    /// <summary>Whether it takes the whole of <see cref="Monitor"/>, in the mode nearest to <see cref="Width"/>, <see cref="Height"/> and <see cref="RefreshRate"/>.</summary>
    public bool FullScreen { get; init; }

    /// <summary>With <see cref="FullScreen"/>: the number of the monitor in <see cref="GlfwMonitor.List"/>; 0 is the primary one.</summary>
    public int Monitor { get; init; }

    /// <summary>With <see cref="FullScreen"/>: how often a second the monitor shows a picture; null is its highest rate.</summary>
    public int? RefreshRate { get; init; }

    /// <summary>A window that is open, whose OpenGL objects this one shares.</summary>
    public GlfwWindow? SharesWith { get; init; }

    /// <summary>What the cursor does over it.</summary>
    public CursorMode CursorMode { get; init; } = CursorMode.Normal;

    /// <summary>With <see cref="CursorMode.Disabled"/>: whether motion comes as the mouse reports it, without the desktop's acceleration, where the system can.</summary>
    public bool RawMotion { get; init; }

    /// <summary>
    /// Whether gamepads are asked how they stand: they are not on the display's connection, and tell nothing by themselves. In a loop with frames that is at the begin of each frame; without them every
    /// <see cref="MaxSleep"/>, and only while there is one.
    /// </summary>
    public bool Gamepads { get; init; } = true;

    /// <summary>
    /// Where the display has no descriptor (all but X11): how long the loop sleeps at the most before it looks for events. On X11 the loop sleeps as long as nothing happens, unless there is a gamepad.
    /// </summary>
    public TimeSpan MaxSleep { get; init; } = TimeSpan.FromMilliseconds(8);
}
