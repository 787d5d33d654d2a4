using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

/// <summary>A window is no more.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct XDestroyWindowEvent // XDestroyWindowEvent, in XEvent
{
    public const int DestroyNotify = 17; // DestroyNotify

    public int Type;       // type
    public nuint Serial;   // serial
    public int IsSent;     // send_event
    public nint Display;   // display
    public nuint Event;    // event: the window that was asked about
    public nuint Window;   // window: the one that is no more
}
