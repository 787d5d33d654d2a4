using System.Runtime.ExceptionServices;
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
    private static readonly Queue<Doomed> s_doomed = new();
    private static readonly List<IWindow> s_lost = []; // with their display: kept, for their finalizers would call GLFW
    private static readonly List<IInputContext> s_orphans = []; // of windows that were destroyed under them; at most one for an address
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
                DisposeDoomed();
            }
        }
    }

    /// <summary>Whether a window was closed by a handler of Silk.NET's, and waits for that handler's end.</summary>
    public static bool IsDoomed(IWindow window)
    {
        foreach (Doomed doomed in s_doomed)
        {
            if (ReferenceEquals(doomed.Window, window))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Initializes a window. Silk.NET gives no sign before Load: where a handler of that is refused an input for one that was left behind, the window is initialized once more without it.</summary>
    public static void Initialize(IWindow window)
    {
        while (true)
        {
            try
            {
                window.Initialize();
                return;
            }
            catch (InvalidOperationException)
            {
                if (!DropOrphan(window))
                {
                    throw;
                }

                window.Reset();
            }
        }
    }

    /// <summary>Asks for the input of a window. One that a window at the same address has left behind is disposed of when it is in the way.</summary>
    public static IInputContext? AskInput(IWindow window, Func<IInputContext?> ask)
    {
        IInputContext? input;
        try
        {
            input = ask();
        }
        catch (InvalidOperationException)
        {
            if (!DropOrphan(window))
            {
                throw;
            }

            input = ask();
        }

        if (input is not null)
        {
            nint handle = window.Handle;
            s_orphans.RemoveAll(orphan => orphan.Handle == handle); // the program has disposed of it, or it would have been in the way
        }

        return input;
    }

    /// <summary>Disposes of a window and its input, the input first; when Silk.NET is in the midst of its own work, after it.</summary>
    /// <param name="window">A window that was opened here; null for somebody else's, which stays.</param>
    /// <param name="native">What the window was when it was opened: it may be gone, or another one, since.</param>
    /// <param name="input">Its input, which was made here; null for somebody else's.</param>
    /// <param name="isGone">Whether the X server has the window no more.</param>
    public static void Dispose(IWindow? window, NativeWindow native, IInputContext? input, bool isGone)
    {
        if (s_depth > 0)
        {
            s_doomed.Enqueue(new Doomed(window, native, input, isGone));
        }
        else if (WindowSystem.IsLost)
        {
            if (window is not null)
            {
                s_lost.Add(window);
            }
        }
        else if (!native.IsThere)
        {
            // Silk.NET's input would give its callbacks back to a window that was destroyed.
            if (input is not null)
            {
                s_orphans.Add(input);
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

    // All of them, whatever one throws. The first exception is thrown at the end.
    private static void DisposeDoomed()
    {
        Exception? first = null;
        while (s_doomed.TryDequeue(out Doomed? doomed))
        {
            try
            {
                Dispose(doomed.Window, doomed.Native, doomed.Input, doomed.IsGone);
            }
            catch (Exception exception)
            {
                first ??= exception;
            }
        }

        if (first is not null)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    private static void DisposeNow(IWindow? window, IInputContext? input)
    {
        try
        {
            DisposeInput(input);
        }
        finally
        {
            if (window is not null)
            {
                // A handler that threw has left Silk.NET in the belief that it runs, and then it disposes of nothing; an update ends that, and this one is never due.
                window.UpdatesPerSecond = 1e-9;
                window.DoUpdate();
                window.Dispose();
            }
        }
    }

    // Now that its window's address is another's, Silk.NET's input may give its callbacks back.
    private static bool DropOrphan(IWindow window)
    {
        nint handle = window.Handle;
        int at = s_orphans.FindIndex(orphan => orphan.Handle == handle);
        if (at < 0)
        {
            return false;
        }

        IInputContext orphan = s_orphans[at];
        s_orphans.RemoveAt(at);
        DisposeInput(orphan);
        return true;
    }

    private static void DisposeInput(IInputContext? input)
    {
        try
        {
            input?.Dispose();
        }
        catch (ObjectDisposedException)
        {
            // The program has done so before.
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

    private sealed record Doomed(IWindow? Window, NativeWindow Native, IInputContext? Input, bool IsGone);
}
