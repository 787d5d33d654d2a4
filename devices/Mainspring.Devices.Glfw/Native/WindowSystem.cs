using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Mainspring.Devices.Glfw;

/// <summary>
/// What belongs to the process and not to a window, whichever library calls GLFW: who uses it, on which thread, the connection to the display, and what keeps Xlib from ending the process when that
/// connection breaks or a request is refused. The handlers stay for good, and pass on what is of other displays.
/// </summary>
/// <remarks>
/// <para>Two moments are not survived: GLFW's start, and the opening of a window with a context, in which GLFW and Mesa use what the server has not given. There a line says so, and the process ends with
/// exit code 1; but Mesa, where it asks by XCB, crashes before anybody is told.</para>
/// <para>Once the connection is broken, neither GLFW nor Xlib is called any more, not even to end them: both would go on with a display that is gone.</para>
/// </remarks>
internal static unsafe class WindowSystem
{
    private const int NoThread = 0;

    private static readonly List<WindowSource> s_windows = [];
    private static string? s_owner;         // who started GLFW first
    private static int s_users;
    private static int s_thread = NoThread;
    private static bool s_isHandlingErrors; // of Xlib
    private static bool s_isStarting;
    private static bool s_isOpening;        // a window with a context: who goes on without the display crashes
    private static bool s_isLost;
    private static bool s_ignoresErrors;    // of the X server, about a window that is gone
    private static nuint s_showing;         // the X server's number of the window that is being shown
    private static nint s_display;          // of Xlib; 0 on other platforms
    private static string s_displayName = "the display";
    private static string? s_refusal;       // the first of the X server's that nobody was told of
    private static long s_refusals;
    private static delegate* unmanaged[Cdecl]<nint, XErrorEvent*, int> s_otherErrors;
    private static delegate* unmanaged[Cdecl]<nint, int> s_otherIoErrors;
    private static delegate* unmanaged[Cdecl]<nint, XDestroyWindowEvent*, void*, int> s_readsDestroy;

    /// <summary>Whether nobody has GLFW.</summary>
    public static bool IsFree => s_users == 0;

    /// <summary>Whether the connection to the display is broken: nothing may be called any more.</summary>
    public static bool IsLost => s_isLost;

    /// <summary>Which display it is.</summary>
    public static string DisplayName => s_displayName;

    /// <summary>Xlib's display, or 0 where GLFW uses another system.</summary>
    public static nint Display => s_display;

    /// <summary>The windows that are open: the list itself, which changes when one opens or closes.</summary>
    public static IReadOnlyList<WindowSource> Windows => s_windows;

    /// <summary>
    /// Whether events can be had without waiting: those that Xlib has read with the answer to something else, which the descriptor does not show. Writes what Xlib holds back, too.
    /// </summary>
    public static bool HasEvents() =>
        !s_isLost && s_display != 0 && (Xlib.EventsQueued(s_display, Xlib.QueuedAlready) > 0 || Xlib.EventsQueued(s_display, Xlib.QueuedAfterFlush) > 0);

    /// <summary>Starts GLFW when nobody has it, and keeps it until <see cref="Release"/>.</summary>
    /// <param name="owner">The type of window that wants it: one of the process may, for two would share GLFW's state, and one would end it under the other.</param>
    /// <param name="prefix">What an error begins with.</param>
    /// <param name="start">Starts it; throws an <see cref="IOException"/> where it cannot.</param>
    /// <exception cref="IOException">It cannot be started, or has lost its display.</exception>
    /// <exception cref="InvalidOperationException">It is in use on another thread, or by another type of window.</exception>
    public static void Acquire(string owner, string prefix, Action start)
    {
        if (s_isLost)
        {
            throw new IOException($"{prefix}the connection to {s_displayName} broke, and GLFW can open no other one in this process; start the program again.");
        }

        if (s_owner is not null && s_owner != owner)
        {
            throw new InvalidOperationException($"{prefix}this process has opened windows as {s_owner}, and GLFW's state is one for the process; open all of them as {s_owner}.");
        }

        if (s_users > 0 && s_thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException($"{prefix}GLFW is in use on thread {s_thread}, and this is thread {Environment.CurrentManagedThreadId}; all windows of a process belong to one thread.");
        }

        if (s_users == 0)
        {
            (s_refusal, s_refusals) = (null, 0); // of windows that are closed
            start();
            (s_owner, s_thread) = (owner, Environment.CurrentManagedThreadId);
        }

        s_users++;
    }

    /// <summary>Undoes one <see cref="Acquire"/>; whether it was the last.</summary>
    public static bool Release()
    {
        if (--s_users > 0)
        {
            return false;
        }

        s_thread = NoThread;
        return true;
    }

    /// <summary>Whether this is GLFW's thread.</summary>
    /// <exception cref="InvalidOperationException">It is another one.</exception>
    public static void CheckThread(string name)
    {
        if (s_thread != Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException($"{name} was used on thread {Environment.CurrentManagedThreadId}; it belongs to thread {s_thread}. Use Post.");
        }
    }

    /// <summary>Calls what starts GLFW, which connects to the display.</summary>
    public static bool Start(Func<bool> start)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD())
        {
            HandleXErrors();
        }

        s_isStarting = true;
        try
        {
            return start();
        }
        finally
        {
            s_isStarting = false;
        }
    }

    /// <summary>Takes the display that GLFW has connected to, 0 for none and when it has ended.</summary>
    public static void Take(nint display)
    {
        if (display == s_display)
        {
            return; // it is known: GLFW was not ended meanwhile
        }

        s_display = display;
        if (display != 0)
        {
            s_displayName = "the display " + Marshal.PtrToStringUTF8((nint)Xlib.DisplayString(display));
            if (NativeLibrary.TryGetExport(NativeLibrary.Load(Xlib.Library), "XSetIOErrorExitHandler", out _))
            {
                Xlib.SetIoErrorExitHandler(display, &OnIoErrorExit, null); // older ones end the process when the display goes away
            }

            s_readsDestroy = Xlib.SetWireToEvent(display, XDestroyWindowEvent.DestroyNotify, &OnDestroyed);
        }
    }

    public static void Add(WindowSource window) => s_windows.Add(window);

    public static void Remove(WindowSource window) => s_windows.Remove(window);

    /// <summary>Opens a window.</summary>
    public static T Open<T>(bool hasContext, Func<T> open)
    {
        s_isOpening = hasContext;
        try
        {
            return open();
        }
        finally
        {
            s_isOpening = false;
            if (s_isHandlingErrors)
            {
                _ = Xlib.SetErrorHandler(&OnError); // GLFW 3.3 leaves Xlib's own where it made a context, which ends the process
            }
        }
    }

    /// <summary>Shows a window. GLFW then waits for the server's answer, and would go on for ever when the server ends meanwhile: so it is given that answer.</summary>
    public static void Show(nuint window, Action show)
    {
        s_showing = window;
        show();
        s_showing = 0;
    }

    /// <summary>Closes a window that the X server has no more: what it says to this is known.</summary>
    public static void CloseGone(Action close)
    {
        s_ignoresErrors = true;
        close();
        _ = Xlib.Sync(s_display, 0);
        s_ignoresErrors = false;
    }

    /// <summary>The connection is broken. Any place may find out.</summary>
    public static void Lose() => s_isLost = true;

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

    /// <summary>Why GLFW did not start, in words.</summary>
    public static string NoDisplay(string? error)
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
