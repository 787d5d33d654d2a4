using System.Runtime.InteropServices;
using Mainspring.Devices.Glfw;
using Silk.NET.GLFW;
using Silk.NET.Input;
using Silk.NET.Input.Glfw;
using Silk.NET.Windowing;
using Silk.NET.Windowing.Glfw;
using Api = Silk.NET.GLFW.Glfw;

namespace Mainspring.Devices.Silk;

/// <summary>Silk.NET as it is: its platforms, which reflection does not find in a native program, and its one GLFW, which it starts once and never ends.</summary>
internal static unsafe class SilkLibrary
{
    private static readonly List<Action> s_doomed = [];
    private static readonly List<IWindow> s_lost = []; // with their display: kept, for their finalizers would call GLFW
    private static int s_depth; // of Silk.NET's own work: a window may not be disposed of in it

    /// <summary>GLFW, as Silk.NET has it; it has been started.</summary>
    public static Api Glfw => GlfwProvider.GLFW.Value;

    /// <summary>Makes Silk.NET's functions that create windows and input find GLFW.</summary>
    public static void Register()
    {
        GlfwWindowing.RegisterPlatform();
        GlfwInput.RegisterPlatform();
    }

    /// <summary>Starts GLFW, as Silk.NET does with its first window, but so that what is wrong is told in one line and can be tried again.</summary>
    /// <exception cref="IOException">It is missing, or finds no display.</exception>
    public static void StartGlfw(string prefix)
    {
        Register();
        Api api = Load(prefix);
        if (!WindowSystem.Start(api.Init))
        {
            throw new IOException($"{prefix}{WindowSystem.NoDisplay(TakeError(api))}");
        }

        _ = GlfwProvider.GLFW.Value; // which starts it again, without effect
        WindowSystem.Take(XDisplay(api));
    }

    /// <summary>What GLFW's last call that failed says, or null; it is forgotten then.</summary>
    public static string? TakeError() => TakeError(Glfw);

    /// <summary>Calls what calls handlers; windows that these close are disposed of at its end.</summary>
    public static void Call(Action work)
    {
        s_depth++;
        try
        {
            work();
        }
        finally
        {
            if (--s_depth == 0 && s_doomed.Count > 0)
            {
                s_doomed.ForEach(static dispose => dispose());
                s_doomed.Clear();
            }
        }
    }

    /// <summary>Disposes of a window and its input, the input first; when Silk.NET is in the midst of its own work, after it.</summary>
    /// <param name="window">A window that was opened here; null for somebody else's, which stays.</param>
    /// <param name="input">Its input, which was made here; null for somebody else's.</param>
    /// <param name="isGone">Whether the X server has the window no more.</param>
    public static void Dispose(IWindow? window, IInputContext? input, bool isGone)
    {
        if (s_depth > 0)
        {
            s_doomed.Add(() => Dispose(window, input, isGone));
        }
        else if (WindowSystem.IsLost)
        {
            if (window is not null)
            {
                s_lost.Add(window);
            }
        }
        else if (isGone)
        {
            WindowSystem.CloseGone(() => DisposeNow(window, input));
        }
        else
        {
            DisposeNow(window, input);
        }
    }

    private static void DisposeNow(IWindow? window, IInputContext? input)
    {
        input?.Dispose();
        if (window is not null)
        {
            // A handler that threw has left Silk.NET in the belief that it runs, and then it disposes of nothing; an update ends that, and this one is never due.
            window.UpdatesPerSecond = 1e-9;
            window.DoUpdate();
            window.Dispose();
        }
    }

    private static Api Load(string prefix)
    {
        try
        {
            return GlfwProvider.UninitializedGLFW.Value;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DllNotFoundException or PlatformNotSupportedException)
        {
            throw new IOException(
                $"{prefix}Silk.NET does not find GLFW 3 ({exception.Message.TrimEnd('.')}); its package Ultz.Native.GLFW brings it; or, on Debian and Ubuntu: sudo apt-get install libglfw3.", exception);
        }
    }

    private static string? TakeError(Api api) => api.GetError(out byte* text) == ErrorCode.NoError ? null : Marshal.PtrToStringUTF8((nint)text) ?? "unknown error";

    // Null where GLFW was built without X11, or uses another system; the error that this leaves is nobody's.
    private static nint XDisplay(Api api)
    {
        nint display = api.Context.TryGetProcAddress("glfwGetX11Display", out nint address) ? ((delegate* unmanaged[Cdecl]<nint>)address)() : 0;
        _ = TakeError(api);
        return display;
    }
}
