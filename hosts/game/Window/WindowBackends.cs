using Mainspring.Devices.Glfw;
#if HAS_SILK
using Mainspring.Devices.Silk;
#endif

namespace Mainspring.Game;

/// <summary>The libraries that this program can open its window with.</summary>
internal static class WindowBackends
{
    private const double UsualHz = 60;

    /// <summary>Whether the program was built with Silk.NET.</summary>
    public static bool HasSilk =>
#if HAS_SILK
        true;
#else
        false;
#endif

    /// <summary>Silk.NET where it is there and brings its own GLFW, which Windows and macOS lack; else the system's.</summary>
    public static WindowBackend Default => HasSilk && (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()) ? WindowBackend.Silk : WindowBackend.Glfw;

    /// <summary>The backend of a name.</summary>
    /// <exception cref="FormatException">There is none; the message says which there are, or how to get it.</exception>
    public static WindowBackend Parse(string name) => name switch
    {
        "glfw" => WindowBackend.Glfw,
        "silk" when HasSilk => WindowBackend.Silk,
        "silk" => throw new FormatException("this program was built without Silk.NET; put its packages into packages/, or configure a feed that has them, and build it again; or take glfw"),
        _ => throw new FormatException($"'{name}' is no backend; give glfw or silk"),
    };

    public static WindowSource Create(WindowBackend backend, GlfwWindowOptions options)
    {
#if HAS_SILK
        if (backend == WindowBackend.Silk)
        {
            return new SilkWindowSource(options);
        }
#endif
        return new GlfwWindow(options);
    }

    /// <summary>Frames per second for the display: a little more than it shows, so that it is the display that paces them, when the buffers are swapped.</summary>
    public static double DisplayHz(WindowBackend backend) => RefreshRate(backend) is > 0 and var rate ? rate + 1 : UsualHz;

    private static int RefreshRate(WindowBackend backend)
    {
#if HAS_SILK
        if (backend == WindowBackend.Silk)
        {
            return SilkWindowSource.DisplayRate();
        }
#endif
        return GlfwMonitor.List() is [var primary, ..] ? primary.RefreshRate : 0;
    }
}
