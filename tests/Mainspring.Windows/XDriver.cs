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

    public void Key(int code, bool isDown) => _ = FakeKey(_display, (uint)code, isDown ? 1 : 0, 0);

    public void Button(int button, bool isDown) => _ = FakeButton(_display, (uint)button, isDown ? 1 : 0, 0);

    public void MoveTo(int x, int y) => _ = FakeMotion(_display, -1, x, y, 0);

    public void Focus(nuint window) => _ = SetInputFocus(_display, window, 1, 0);

    public void FocusNothing() => _ = SetInputFocus(_display, 0, 1, 0);

    public void Resize(nuint window, int width, int height) => _ = ResizeWindow(_display, window, (uint)width, (uint)height);

    public void Move(nuint window, int x, int y) => _ = MoveWindow(_display, window, x, y);

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

    [LibraryImport("libX11.so.6", EntryPoint = "XOpenDisplay")]
    private static partial nint OpenDisplay(nint name);

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
}
