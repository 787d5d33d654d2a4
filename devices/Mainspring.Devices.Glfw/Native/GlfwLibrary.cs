using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// GLFW as it is: one for the whole process, with one connection to one display, started by the first window and ended with the last, on one thread. This is the one place that holds what belongs
/// to the process and not to a window; the rest of this library has no static state.
/// </summary>
/// <remarks>
/// <para>Xlib ends the process when its connection breaks, and when a request is refused; the handlers here prevent both. They stay for good, and pass on what is of other displays.</para>
/// <para>Two moments are not survived: GLFW's start, and the opening of a window with a context, in which GLFW and Mesa use what the server has not given. There a line says so, and the process ends with
/// exit code 1; but Mesa, where it asks by XCB, crashes before anybody is told.</para>
/// <para>Once the connection is broken, neither GLFW nor Xlib is called any more, not even to end them: both would go on with a display that is gone.</para>
/// </remarks>
internal static unsafe class GlfwLibrary
{
    private const int NoThread = 0;

    private static readonly List<GlfwWindow> s_windows = [];
    private static readonly List<nint> s_doomed = [];
    private static int s_users;
    private static int s_thread = NoThread;
    private static int s_depth;             // of pumps: macOS and Windows run loops of their own in one
    private static bool s_isHandlingErrors; // of Xlib
    private static bool s_isStarting;
    private static bool s_isOpening;        // a window with a context: who goes on without the display crashes
    private static bool s_isLost;
    private static bool s_keepsGraphics;    // its libraries stay loaded
    private static bool s_ignoresErrors;    // of the X server, about a window that is gone
    private static nuint s_showing;         // the X server's number of the window that is being shown
    private static nint s_library;
    private static nint s_display;          // of Xlib; 0 on other platforms
    private static string s_displayName = "the display";
    private static string? s_refusal;       // the first of the X server's that nobody was told of
    private static long s_refusals;
    private static delegate* unmanaged[Cdecl]<nint, XErrorEvent*, int> s_otherErrors;
    private static delegate* unmanaged[Cdecl]<nint, int> s_otherIoErrors;
    private static delegate* unmanaged[Cdecl]<nint, XDestroyWindowEvent*, void*, int> s_readsDestroy;

    static GlfwLibrary() => NativeLibrary.SetDllImportResolver(typeof(GlfwLibrary).Assembly, Resolve);

    /// <summary>Whether the connection to the display is broken: nothing may be called any more.</summary>
    public static bool IsLost => s_isLost;

    /// <summary>Which display it is.</summary>
    public static string DisplayName => s_displayName;

    /// <summary>Xlib's display, or 0 where GLFW uses another system.</summary>
    public static nint Display => s_display;

    /// <summary>The windows that are open: the list itself, which changes when one opens or closes.</summary>
    public static IReadOnlyList<GlfwWindow> Windows => s_windows;

    /// <summary>Starts GLFW when nobody has it, and keeps it until <see cref="Release"/>.</summary>
    /// <param name="name">The window that wants it; null for none.</param>
    /// <exception cref="IOException">It is missing, finds no display, or has lost its display.</exception>
    /// <exception cref="InvalidOperationException">It is in use on another thread.</exception>
    public static void Acquire(string? name)
    {
        if (s_isLost)
        {
            throw new IOException($"{Prefix(name)}the connection to {s_displayName} broke, and GLFW can open no other one in this process; start the program again.");
        }

        if (s_users > 0 && s_thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException($"{Prefix(name)}GLFW is in use on thread {s_thread}, and this is thread {Environment.CurrentManagedThreadId}; all windows of a process belong to one thread.");
        }

        if (s_users == 0)
        {
            Start(name);
            s_thread = Environment.CurrentManagedThreadId;
        }

        s_users++;
    }

    /// <summary>Undoes one <see cref="Acquire"/>; the last one ends GLFW.</summary>
    public static void Release()
    {
        if (--s_users > 0)
        {
            return;
        }

        s_thread = NoThread;
        if (!s_isLost && s_depth == 0)
        {
            End();
        }
    }

    public static void Add(GlfwWindow window) => s_windows.Add(window);

    public static void Remove(GlfwWindow window) => s_windows.Remove(window);

    /// <summary>Whether this is GLFW's thread.</summary>
    /// <exception cref="InvalidOperationException">It is another one.</exception>
    public static void CheckThread(string name)
    {
        if (s_thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException($"{name} was used on thread {Environment.CurrentManagedThreadId}; it belongs to thread {s_thread}. Use Post.");
        }
    }

    /// <summary>Makes a window, by the hints that were given; 0 when it is refused.</summary>
    public static nint Create(int width, int height, string title, nint share, bool hasContext)
    {
        s_isOpening = hasContext;
        nint window = GlfwNative.CreateWindow(width, height, title, 0, share);
        s_isOpening = false;
        if (s_isHandlingErrors)
        {
            _ = Xlib.SetErrorHandler(&OnError); // GLFW 3.3 leaves Xlib's own where it made a context, which ends the process
        }

        if (hasContext && window != 0)
        {
            KeepGraphics();
        }

        return window;
    }

    /// <summary>Shows a window, on a monitor or not. GLFW then waits for the server's answer, and would go on for ever when the server ends meanwhile: so it is given that answer.</summary>
    public static void Show(nint window, nint monitor = 0, int width = 0, int height = 0, int refreshRate = -1)
    {
        s_showing = s_display != 0 ? GlfwNative.GetX11Window(window) : 0;
        if (monitor != 0)
        {
            GlfwNative.SetWindowMonitor(window, monitor, 0, 0, width, height, refreshRate);
        }
        else
        {
            GlfwNative.ShowWindow(window);
        }

        s_showing = 0;
    }

    /// <summary>Closes a window; when GLFW is in the midst of its own work, after it.</summary>
    /// <param name="window">GLFW's handle.</param>
    /// <param name="isGone">Whether the X server has it no more: what it says to this is known.</param>
    public static void Destroy(nint window, bool isGone)
    {
        if (isGone && s_depth == 0)
        {
            s_ignoresErrors = true;
            GlfwNative.DestroyWindow(window);
            _ = Xlib.Sync(s_display, 0);
            s_ignoresErrors = false;
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
        if (s_isLost)
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

    /// <summary>Whether events can be had without waiting. On X11: those that Xlib has read with the answer to something else, which the descriptor does not show. Writes what Xlib holds back, too.</summary>
    public static bool HasEvents() =>
        !s_isLost && s_display != 0 && (Xlib.EventsQueued(s_display, Xlib.QueuedAlready) > 0 || Xlib.EventsQueued(s_display, Xlib.QueuedAfterFlush) > 0);

    /// <summary>The connection is broken. Any place may find out.</summary>
    public static void Lose() => s_isLost = true;

    /// <summary>What GLFW's last call that failed says, or null; it is forgotten then.</summary>
    public static string? TakeError()
    {
        byte* text;
        return GlfwNative.GetError(&text) == 0 ? null : Marshal.PtrToStringUTF8((nint)text) ?? "unknown error";
    }

    /// <summary>What the X server has refused since the last call, or null.</summary>
    public static string? TakeRefusal()
    {
        string? refusal = s_refusal;
        if (refusal is not null)
        {
            refusal = s_refusals > 1 ? $"{refusal} ({s_refusals - 1} more)" : refusal;
            (s_refusal, s_refusals) = (null, 0);
        }

        return refusal;
    }

    // Windows that were closed from within GLFW's work, and GLFW itself when they were the last.
    private static void EndDoomed()
    {
        if (!s_isLost)
        {
            s_doomed.ForEach(GlfwNative.DestroyWindow);
            if (s_users == 0)
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
        s_display = 0;
    }

    private static void Start(string? name)
    {
        if (s_library == 0 && !NativeLibrary.TryLoad(File, out s_library))
        {
            throw new IOException($"{Prefix(name)}GLFW 3 is not installed ({File}); on Debian and Ubuntu: sudo apt-get install libglfw3; elsewhere the package is called glfw.");
        }

        (s_refusal, s_refusals) = (null, 0); // of windows that are closed
        if (OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD())
        {
            HandleXErrors();
        }

        s_isStarting = true;
        int started = GlfwNative.Init();
        s_isStarting = false;
        if (started == 0)
        {
            throw new IOException($"{Prefix(name)}{NoDisplay(TakeError())}");
        }

        int major, minor, revision;
        GlfwNative.GetVersion(&major, &minor, &revision);
        if ((major, minor) is not (3, >= 3))
        {
            GlfwNative.Terminate();
            throw new IOException($"{Prefix(name)}GLFW {major}.{minor} is too old: version 3.3 is needed; on Debian and Ubuntu: sudo apt-get install libglfw3.");
        }

        GlfwCallbacks.SetGlobal();
        s_display = IsX11(s_library) ? GlfwNative.GetX11Display() : 0;
        if (s_display != 0)
        {
            s_displayName = "the display " + Marshal.PtrToStringUTF8((nint)Xlib.DisplayString(s_display));
            if (NativeLibrary.TryGetExport(NativeLibrary.Load(Xlib.Library), "XSetIOErrorExitHandler", out _))
            {
                Xlib.SetIoErrorExitHandler(s_display, &OnIoErrorExit, null); // older ones end the process when the display goes away
            }

            s_readsDestroy = Xlib.SetWireToEvent(s_display, XDestroyWindowEvent.DestroyNotify, &OnDestroyed);
        }
    }

    private static string Prefix(string? name) => name is null ? "" : name + ": ";

    private static bool IsX11(nint library) =>
        NativeLibrary.TryGetExport(library, "glfwGetPlatform", out _) ? GlfwNative.GetPlatform() == GlfwNative.PlatformX11 : NativeLibrary.TryGetExport(library, "glfwGetX11Display", out _);

    private static string NoDisplay(string? error)
    {
        bool isUnix = OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD();
        string? display = Environment.GetEnvironmentVariable("DISPLAY");
        return (isUnix, display) switch
        {
            (true, null or "") => "there is no display: DISPLAY is not set. Start the program within a desktop session; over ssh with 'ssh -X'; without a screen with 'xvfb-run'.",
            (true, _) => $"the display {display} cannot be opened ({error}). Check that its server runs and lets this user in (DISPLAY, XAUTHORITY, 'xhost').",
            _ => $"GLFW cannot start: {error}.",
        };
    }

    private static string File => OperatingSystem.IsWindows() ? "glfw3.dll" : OperatingSystem.IsMacOS() ? "libglfw.3.dylib" : "libglfw.so.3";

    private static string[] GraphicsFiles => OperatingSystem.IsWindows() ? ["opengl32.dll"]
        : OperatingSystem.IsMacOS() ? []
        : s_display != 0 ? ["libGLX.so.0", "libGL.so.1"]
        : ["libEGL.so.1", "libGL.so.1", "libGLESv2.so.2"];

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path) => library == GlfwNative.Library ? s_library : 0; // 0: the usual way

    private static void HandleXErrors()
    {
        if (!s_isHandlingErrors && NativeLibrary.TryLoad(Xlib.Library, out _))
        {
            s_isHandlingErrors = true;
            s_otherErrors = Xlib.SetErrorHandler(&OnError);
            s_otherIoErrors = Xlib.SetIoErrorHandler(&OnIoError);
        }
    }

    private static bool IsOurs(nint display) => s_isStarting || display == s_display;

    // What these do cannot throw: an exception here would end the process.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnError(nint display, XErrorEvent* error)
    {
        if (!IsOurs(display))
        {
            return s_otherErrors is null ? 0 : s_otherErrors(display, error);
        }

        if (s_ignoresErrors)
        {
            return 0;
        }

        s_refusals++;
        if (s_refusal is null)
        {
            const int MaxText = 128;
            byte* text = stackalloc byte[MaxText];
            text[0] = 0;
            _ = Xlib.GetErrorText(display, error->ErrorCode, text, MaxText);
            string said = Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
            s_refusal = $"the X server refused request {error->RequestCode}.{error->MinorCode} on resource 0x{error->ResourceId:x}: {said}";
        }

        return 0;
    }

    // GLFW takes no notice of it. Here it is seen while it is read, whoever reads: Xlib is locked.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDestroyed(nint display, XDestroyWindowEvent* e, void* wire)
    {
        int isTaken = s_readsDestroy(display, e, wire);
        for (int i = 0; i < s_windows.Count && e->IsSent == 0; i++)
        {
            s_windows[i].OnDestroyed(e->Window);
        }

        return isTaken;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnIoError(nint display)
    {
        if (IsOurs(display))
        {
            s_isLost = true;
            if (s_isStarting || s_isOpening)
            {
                SayEnd();
            }

            return 0;
        }

        return s_otherIoErrors is null ? 0 : s_otherIoErrors(display);
    }

    // Instead of exit(1): Xlib's functions return, and what they return means nothing.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnIoErrorExit(nint display, void* data)
    {
        s_isLost = true;
        if (s_isOpening)
        {
#pragma warning disable RS0030 // a library never ends the process; but this one is lost already, and so at least the program's ProcessExit runs
            Environment.Exit(1);
#pragma warning restore RS0030
        }

        if (s_showing != 0)
        {
            XVisibilityEvent shown = new() { Type = XVisibilityEvent.VisibilityNotify, Display = display, Window = s_showing };
            _ = Xlib.PutBackEvent(display, &shown);
        }
    }

    private static void SayEnd()
    {
        string display = s_isStarting ? $"the display {Environment.GetEnvironmentVariable("DISPLAY")}" : s_displayName;
        try
        {
            Console.Error.WriteLine($"{Path.GetFileName(Environment.ProcessPath)}: the connection to {display} broke while {(s_isStarting ? "GLFW started" : "a window was opened")}: its server has ended, or has closed it");
        }
        catch (IOException)
        {
            // There is nobody to tell.
        }
    }
}
