using System.Runtime.InteropServices;

namespace Mainspring.Devices.Glfw;

/// <summary>A window is seen. It is as long as the union of all events, which Xlib copies whole.</summary>
[StructLayout(LayoutKind.Sequential, Size = 192)]
internal struct XVisibilityEvent // XVisibilityEvent, in XEvent
{
    public const int VisibilityNotify = 15; // VisibilityNotify

    public int Type;       // type
    public nuint Serial;   // serial
    public int IsSent;     // send_event
    public nint Display;   // display
    public nuint Window;   // window
    public int State;      // state
}
