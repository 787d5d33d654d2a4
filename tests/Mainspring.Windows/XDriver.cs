using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mainspring.Windows;

/// <summary>A person at the display: another connection to the X server, which presses keys and buttons (XTEST), and moves and resizes windows as a window manager does. Allocates nothing per action.</summary>
internal sealed unsafe partial class XDriver : IDisposable
{
    private nint _display = OpenDisplay(0);

    public XDriver()
    {
        if (_display == 0)
        {
            throw new InvalidOperationException("the display cannot be opened");
        }
    }

    /// <summary>The kernel's coarse clock, which stands for milliseconds at a time.</summary>
    public static TimeSpan CoarseClock()
    {
        const int MonotonicCoarse = 6;
        long* time = stackalloc long[2];
        _ = GetTime(MonotonicCoarse, time);
        return TimeSpan.FromSeconds(time[0]) + TimeSpan.FromMicroseconds(time[1] / 1000);
    }

    /// <summary>Lets the server's clock go on, which counts milliseconds: GLFW takes the second press of a key at one time for an echo of its input method, and drops it.</summary>
    public static void NextMillisecond(XDriver driver)
    {
        driver.Sync(); // what was done before has its time now
        TimeSpan start = CoarseClock();
        long stamp = Stopwatch.GetTimestamp();
        do
        {
            driver.Sync();
        }
        while (Stopwatch.GetElapsedTime(stamp) < TimeSpan.FromMilliseconds(2) || CoarseClock() - start < TimeSpan.FromMilliseconds(2)); // the server reads either
    }

    public void Key(int code, bool isDown) => _ = FakeKey(_display, (uint)code, isDown ? 1 : 0, 0);

    public void Button(int button, bool isDown) => _ = FakeButton(_display, (uint)button, isDown ? 1 : 0, 0);

    /// <summary>Turns the wheel by one notch, upwards.</summary>
    public void Scroll()
    {
        Button(4, true);
        Button(4, false);
    }

    public void MoveTo(int x, int y) => _ = FakeMotion(_display, -1, x, y, 0);

    public void MoveBy(int x, int y) => _ = FakeRelativeMotion(_display, x, y, 0);

    public void Focus(nuint window) => _ = SetInputFocus(_display, window, 1, 0);

    public void FocusNothing() => _ = SetInputFocus(_display, 0, 1, 0);

    public void Resize(nuint window, int width, int height) => _ = ResizeWindow(_display, window, (uint)width, (uint)height);

    public void Move(nuint window, int x, int y) => _ = MoveWindow(_display, window, x, y);

    /// <summary>Asks a window to close, as the button of its title bar does.</summary>
    public void AskToClose(nuint window)
    {
        ClientMessage message = new()
        {
            Type = 33, // ClientMessage
            Window = window,
            MessageType = InternAtom(_display, "WM_PROTOCOLS", 0),
            Format = 32,
            Data0 = (nint)InternAtom(_display, "WM_DELETE_WINDOW", 0),
        };
        _ = SendEvent(_display, window, 0, 0, &message);
    }

    public void Destroy(nuint window) => _ = DestroyWindow(_display, window);

    /// <summary>The size of the screen.</summary>
    public (int Width, int Height) ScreenSize => SizeOf(DefaultRootWindow(_display));

    /// <summary>The size that the server says a window has.</summary>
    public (int Width, int Height) SizeOf(nuint window)
    {
        nuint root;
        int x, y;
        uint width, height, border, depth;
        _ = GetGeometry(_display, window, &root, &x, &y, &width, &height, &border, &depth);
        return ((int)width, (int)height);
    }

    /// <summary>Sends what was done, without waiting for the server.</summary>
    public void Flush() => _ = FlushDisplay(_display);

    /// <summary>Waits until the server has done it all.</summary>
    public void Sync() => _ = SyncDisplay(_display, 0);

    public void Dispose()
    {
        if (_display != 0)
        {
            _ = CloseDisplay(_display);
            _display = 0;
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, long* time);

    // XClientMessageEvent, in a union that is 192 bytes long.
    [StructLayout(LayoutKind.Sequential, Size = 192)]
    private struct ClientMessage
    {
        public int Type;
        public nuint Serial;
        public int IsSent;
        public nint Display;
        public nuint Window;
        public nuint MessageType;
        public int Format;
        public nint Data0;
    }

    [LibraryImport("libX11.so.6", EntryPoint = "XInternAtom", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nuint InternAtom(nint display, string name, int onlyIfExists);

    [LibraryImport("libX11.so.6", EntryPoint = "XSendEvent")]
    private static partial int SendEvent(nint display, nuint window, int propagates, nint mask, ClientMessage* message);

    [LibraryImport("libX11.so.6", EntryPoint = "XDestroyWindow")]
    private static partial int DestroyWindow(nint display, nuint window);

    [LibraryImport("libX11.so.6", EntryPoint = "XGetGeometry")]
    private static partial int GetGeometry(nint display, nuint window, nuint* root, int* x, int* y, uint* width, uint* height, uint* border, uint* depth);

    [LibraryImport("libX11.so.6", EntryPoint = "XOpenDisplay")]
    private static partial nint OpenDisplay(nint name);

    [LibraryImport("libX11.so.6", EntryPoint = "XDefaultRootWindow")]
    private static partial nuint DefaultRootWindow(nint display);

    [LibraryImport("libX11.so.6", EntryPoint = "XCloseDisplay")]
    private static partial int CloseDisplay(nint display);

    [LibraryImport("libX11.so.6", EntryPoint = "XFlush")]
    private static partial int FlushDisplay(nint display);

    [LibraryImport("libX11.so.6", EntryPoint = "XSync")]
    private static partial int SyncDisplay(nint display, int discard);

    [LibraryImport("libX11.so.6", EntryPoint = "XSetInputFocus")]
    private static partial int SetInputFocus(nint display, nuint window, int revertTo, nuint time);

    [LibraryImport("libX11.so.6", EntryPoint = "XResizeWindow")]
    private static partial int ResizeWindow(nint display, nuint window, uint width, uint height);

    [LibraryImport("libX11.so.6", EntryPoint = "XMoveWindow")]
    private static partial int MoveWindow(nint display, nuint window, int x, int y);

    [LibraryImport("libXtst.so.6", EntryPoint = "XTestFakeKeyEvent")]
    private static partial int FakeKey(nint display, uint code, int isDown, nuint delay);

    [LibraryImport("libXtst.so.6", EntryPoint = "XTestFakeButtonEvent")]
    private static partial int FakeButton(nint display, uint button, int isDown, nuint delay);

    [LibraryImport("libXtst.so.6", EntryPoint = "XTestFakeMotionEvent")]
    private static partial int FakeMotion(nint display, int screen, int x, int y, nuint delay);

    [LibraryImport("libXtst.so.6", EntryPoint = "XTestFakeRelativeMotionEvent")]
    private static partial int FakeRelativeMotion(nint display, int x, int y, nuint delay);
}
