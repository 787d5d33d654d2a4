using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Glfw;

/// <summary>The functions of Xlib that GLFW has no name for (XSetIOErrorExitHandler(3), XFlush(3), XSetErrorHandler(3)), and the one of libc that copies a descriptor.</summary>
internal static unsafe partial class Xlib
{
    public const string Library = "libX11.so.6";
    public const int QueuedAlready = 0;                 // QueuedAlready
    public const int QueuedAfterFlush = 2;              // QueuedAfterFlush
    public const int DuplicateCloexec = 1030;           // F_DUPFD_CLOEXEC

    [LibraryImport(Library, EntryPoint = "XConnectionNumber")]
    public static partial int ConnectionNumber(nint display);

    [LibraryImport(Library, EntryPoint = "XEventsQueued")]
    public static partial int EventsQueued(nint display, int mode);

    [LibraryImport(Library, EntryPoint = "XDisplayString")]
    public static partial byte* DisplayString(nint display);

    [LibraryImport(Library, EntryPoint = "XSetErrorHandler")]
    public static partial delegate* unmanaged[Cdecl]<nint, XErrorEvent*, int> SetErrorHandler(delegate* unmanaged[Cdecl]<nint, XErrorEvent*, int> handler);

    [LibraryImport(Library, EntryPoint = "XSetIOErrorHandler")]
    public static partial delegate* unmanaged[Cdecl]<nint, int> SetIoErrorHandler(delegate* unmanaged[Cdecl]<nint, int> handler);

    [LibraryImport(Library, EntryPoint = "XSetIOErrorExitHandler")] // of 1.7
    public static partial void SetIoErrorExitHandler(nint display, delegate* unmanaged[Cdecl]<nint, void*, void> handler, void* data);

    [LibraryImport(Library, EntryPoint = "XSync")]
    public static partial int Sync(nint display, int discards);

    /// <summary>Sets what turns an event of a number, as the server sent it, into Xlib's form while it is read (X11/Xlibint.h); it may not call Xlib. Returns the one before.</summary>
    [LibraryImport(Library, EntryPoint = "XESetWireToEvent")]
    public static partial delegate* unmanaged[Cdecl]<nint, XDestroyWindowEvent*, void*, int> SetWireToEvent(
        nint display, int number, delegate* unmanaged[Cdecl]<nint, XDestroyWindowEvent*, void*, int> convert);

    [LibraryImport(Library, EntryPoint = "XPutBackEvent")]
    public static partial int PutBackEvent(nint display, XVisibilityEvent* e);

    [LibraryImport(Library, EntryPoint = "XGetErrorText")]
    public static partial int GetErrorText(nint display, int code, byte* text, int length);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    /// <summary>Another descriptor of the same connection, so that each window has its own in the loop's wait.</summary>
    /// <exception cref="IOException">This process has too many open files.</exception>
    public static SafeFileHandle Duplicate(int descriptor)
    {
        int copy = Control(descriptor, DuplicateCloexec, 0);
        return copy >= 0
            ? new SafeFileHandle(copy, ownsHandle: true)
            : throw new IOException($"The display's connection cannot be watched: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}; raise the limit of open files ('ulimit -n') or close some.");
    }
}
