using System.Reflection;
using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// GLFW as it is: one for the whole process, with one connection to one display (<see cref="WindowSystem"/>), started by the first window and ended with the last, on one thread. With
/// <see cref="WindowSystem"/> this is the one place that holds what belongs to the process and not to a window.
/// </summary>
internal static unsafe class GlfwLibrary
{
    private static readonly List<nint> s_doomed = [];
    private static int s_depth;          // of pumps: macOS and Windows run loops of their own in one
    private static bool s_keepsGraphics; // its libraries stay loaded
    private static nint s_library;

    static GlfwLibrary() => NativeLibrary.SetDllImportResolver(typeof(GlfwLibrary).Assembly, Resolve);

    /// <summary>Starts GLFW when nobody has it, and keeps it until <see cref="Release"/>.</summary>
    /// <param name="name">The window that wants it; null for none.</param>
    /// <exception cref="IOException">It is missing, finds no display, or has lost its display.</exception>
    /// <exception cref="InvalidOperationException">It is in use on another thread, or by another type of window.</exception>
    public static void Acquire(string? name)
    {
        string prefix = name is null ? "" : name + ": ";
        WindowSystem.Acquire(nameof(GlfwWindow), prefix, () => Start(prefix));
    }

    /// <summary>Undoes one <see cref="Acquire"/>; the last one ends GLFW.</summary>
    public static void Release()
    {
        if (WindowSystem.Release() && !WindowSystem.IsLost && s_depth == 0)
        {
            End();
        }
    }

    /// <summary>Makes a window, by the hints that were given; 0 when it is refused.</summary>
    public static nint Create(int width, int height, string title, nint share, bool hasContext)
    {
        nint window = WindowSystem.Open(hasContext, () => GlfwNative.CreateWindow(width, height, title, 0, share));
        if (hasContext && window != 0)
        {
            KeepGraphics();
        }

        return window;
    }

    /// <summary>Shows a window, on a monitor or not.</summary>
    public static void Show(nint window, nint monitor = 0, int width = 0, int height = 0, int refreshRate = -1) => WindowSystem.Show(WindowSystem.Display != 0 ? GlfwNative.GetX11Window(window) : 0, () =>
    {
        if (monitor != 0)
        {
            GlfwNative.SetWindowMonitor(window, monitor, 0, 0, width, height, refreshRate);
        }
        else
        {
            GlfwNative.ShowWindow(window);
        }
    });

    /// <summary>Closes a window; when GLFW is in the midst of its own work, after it.</summary>
    /// <param name="window">GLFW's handle.</param>
    /// <param name="isGone">Whether the X server has it no more: what it says to this is known.</param>
    public static void Destroy(nint window, bool isGone)
    {
        if (isGone && s_depth == 0)
        {
            WindowSystem.CloseGone(() => GlfwNative.DestroyWindow(window));
        }
        else if (s_depth > 0)
        {
            GlfwNative.SetWindowUserPointer(window, 0);
            s_doomed.Add(window);
        }
        else
        {
            GlfwNative.DestroyWindow(window);
        }
    }

    /// <summary>Takes what the display has sent: the callbacks put it into the windows' queues. Does not block on X11 and Wayland; elsewhere it does while the user moves or resizes a window.</summary>
    public static void Pump()
    {
        if (WindowSystem.IsLost)
        {
            return;
        }

        s_depth++;
        GlfwNative.PollEvents();
        if (--s_depth == 0 && s_doomed.Count > 0)
        {
            EndDoomed();
        }
    }

    /// <summary>What GLFW's last call that failed says, or null; it is forgotten then.</summary>
    public static string? TakeError()
    {
        byte* text;
        return GlfwNative.GetError(&text) == 0 ? null : Marshal.PtrToStringUTF8((nint)text) ?? "unknown error";
    }

    // Windows that were closed from within GLFW's work, and GLFW itself when they were the last.
    private static void EndDoomed()
    {
        if (!WindowSystem.IsLost)
        {
            s_doomed.ForEach(GlfwNative.DestroyWindow);
            if (WindowSystem.IsFree)
            {
                End();
            }
        }

        s_doomed.Clear();
    }

    // GLFW unloads OpenGL when it ends, but programs go on to hold the addresses of its functions. Without a context these do nothing, as long as they are there: so nobody unloads them.
    private static void KeepGraphics()
    {
        if (!s_keepsGraphics)
        {
            s_keepsGraphics = true;
            foreach (string file in GraphicsFiles)
            {
                _ = NativeLibrary.TryLoad(file, out _); // GLFW has loaded those that count
            }
        }
    }

    private static void End()
    {
        GlfwNative.Terminate();
        WindowSystem.Take(0);
    }

    private static void Start(string prefix)
    {
        if (s_library == 0 && !NativeLibrary.TryLoad(File, out s_library))
        {
            throw new IOException($"{prefix}GLFW 3 is not installed ({File}); {(OperatingSystem.IsWindows() ? "put that file beside the program, or use Silk.NET (SilkWindowSource), which brings it along" : "on Debian and Ubuntu: sudo apt-get install libglfw3; elsewhere the package is called glfw")}.");
        }

        if (!WindowSystem.Start(static () => GlfwNative.Init() != 0))
        {
            throw new IOException($"{prefix}{WindowSystem.NoDisplay(TakeError())}");
        }

        int major, minor, revision;
        GlfwNative.GetVersion(&major, &minor, &revision);
        if ((major, minor) is not (3, >= 3))
        {
            GlfwNative.Terminate();
            throw new IOException($"{prefix}GLFW {major}.{minor} is too old: version 3.3 is needed; on Debian and Ubuntu: sudo apt-get install libglfw3.");
        }

        GlfwCallbacks.SetGlobal();
        WindowSystem.Take(IsX11(s_library) ? GlfwNative.GetX11Display() : 0);
    }

    private static bool IsX11(nint library) =>
        NativeLibrary.TryGetExport(library, "glfwGetPlatform", out _) ? GlfwNative.GetPlatform() == GlfwNative.PlatformX11 : NativeLibrary.TryGetExport(library, "glfwGetX11Display", out _);

    private static string File => OperatingSystem.IsWindows() ? "glfw3.dll" : OperatingSystem.IsMacOS() ? "libglfw.3.dylib" : "libglfw.so.3";

    private static string[] GraphicsFiles => OperatingSystem.IsWindows() ? ["opengl32.dll"]
        : OperatingSystem.IsMacOS() ? []
        : WindowSystem.Display != 0 ? ["libGLX.so.0", "libGL.so.1"]
        : ["libEGL.so.1", "libGL.so.1", "libGLESv2.so.2"];

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path) => library == GlfwNative.Library ? s_library : 0; // 0: the usual way
}
