using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>The message queue of a thread and its windows, as in the documentation of messages. Used only by a loop that was given one, and by a thread with a window: user32 makes a thread that calls it one with a queue.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class User32
{
    public const uint AllInput = 0x1CFF;        // QS_ALLINPUT, with QS_TOUCH and QS_POINTER as from Windows 8 on
    public const uint InputAvailable = 4;       // MWMO_INPUTAVAILABLE: also what was seen and not taken

    public const uint Destroy = 0x0002;         // WM_DESTROY
    public const uint Close = 0x0010;           // WM_CLOSE
    public const uint EndSession = 0x0016;      // WM_ENDSESSION

    [LibraryImport("user32", EntryPoint = "MsgWaitForMultipleObjectsEx", SetLastError = true)]
    public static partial uint WaitForMessagesOrObjects(uint count, nint* handles, uint milliseconds, uint kinds, uint flags);

    [LibraryImport("user32", EntryPoint = "GetQueueStatus")]
    public static partial uint QueueStatus(uint kinds);

    [LibraryImport("user32", EntryPoint = "RegisterClassExW", SetLastError = true)]
    public static partial ushort RegisterClass(WindowClass* kind);

    [LibraryImport("user32", EntryPoint = "CreateWindowExW", SetLastError = true)]
    public static partial nint CreateWindow(uint extended, char* kind, char* title, uint style, int x, int y, int width, int height, nint parent, nint menu, nint instance, nint parameter);

    [LibraryImport("user32", EntryPoint = "DefWindowProcW")]
    public static partial nint DefaultProcedure(nint window, uint message, nuint first, nint second);

    [LibraryImport("user32", EntryPoint = "GetMessageW", SetLastError = true)]
    public static partial int GetMessage(Message* message, nint window, uint least, uint most);

    [LibraryImport("user32", EntryPoint = "DispatchMessageW")]
    public static partial nint DispatchMessage(Message* message);

    [LibraryImport("user32", EntryPoint = "PostMessageW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool PostMessage(nint window, uint message, nuint first, nint second);

    [LibraryImport("user32", EntryPoint = "PostQuitMessage")]
    public static partial void PostQuit(int code);

    /// <summary>WNDCLASSEXW.</summary>
    public struct WindowClass
    {
        public uint Size;
        public uint Style;
        public delegate* unmanaged[Stdcall]<nint, uint, nuint, nint, nint> Procedure;
        public int ClassExtra;
        public int WindowExtra;
        public nint Instance;
        public nint Icon;
        public nint Cursor;
        public nint Background;
        public char* Menu;
        public char* Name;
        public nint SmallIcon;
    }

    /// <summary>MSG.</summary>
    public struct Message
    {
        public nint Window;
        public uint Number;
        public nuint First;
        public nint Second;
        public uint Time;
        public int X;
        public int Y;
    }
}
