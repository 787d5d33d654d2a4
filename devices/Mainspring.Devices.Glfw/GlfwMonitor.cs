using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

/// <summary>A monitor, as it is when it is asked for.</summary>
/// <param name="Name">Its name, as the system gives it.</param>
/// <param name="X">The left edge of its area, in screen coordinates.</param>
/// <param name="Y">The upper edge of its area, in screen coordinates.</param>
/// <param name="Width">The width of its present mode.</param>
/// <param name="Height">The height of its present mode.</param>
/// <param name="RefreshRate">How often a second it shows a picture; 0 where the system does not say.</param>
public sealed record GlfwMonitor(string Name, int X, int Y, int Width, int Height, int RefreshRate)
{
    /// <summary>The monitors that are connected, the primary one first. Starts GLFW and ends it when no window is open: call it on the thread of the windows.</summary>
    /// <exception cref="IOException">GLFW is missing or finds no display; the message says what to do.</exception>
    public static IReadOnlyList<GlfwMonitor> List()
    {
        GlfwLibrary.Acquire(name: null);
        try
        {
            return WindowSystem.IsLost ? [] : [.. Handles().Select(Describe)];
        }
        finally
        {
            GlfwLibrary.Release();
        }
    }

    internal static unsafe nint[] Handles()
    {
        int count;
        nint* handles = GlfwNative.GetMonitors(&count);
        return new ReadOnlySpan<nint>(handles, count).ToArray();
    }

    internal static unsafe GlfwMonitor Describe(nint handle)
    {
        int x, y;
        GlfwNative.GetMonitorPos(handle, &x, &y);
        VideoMode* mode = GlfwNative.GetVideoMode(handle);
        VideoMode known = mode is null ? default : *mode; // none for one that has just been disconnected
        string name = Marshal.PtrToStringUTF8((nint)GlfwNative.GetMonitorName(handle)) ?? "";
        return new GlfwMonitor(name, x, y, known.Width, known.Height, known.RefreshRate);
    }
}
