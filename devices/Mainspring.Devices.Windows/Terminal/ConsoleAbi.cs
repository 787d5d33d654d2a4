using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>The console functions of Windows, as documented.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class ConsoleAbi
{
    public const uint ProcessedInput = 0x0001;        // ENABLE_PROCESSED_INPUT: Ctrl-C is a control event
    public const uint LineInput = 0x0002;             // ENABLE_LINE_INPUT
    public const uint EchoInput = 0x0004;             // ENABLE_ECHO_INPUT
    public const uint WindowInput = 0x0008;           // ENABLE_WINDOW_INPUT
    public const uint MouseInput = 0x0010;            // ENABLE_MOUSE_INPUT
    public const uint QuickEdit = 0x0040;             // ENABLE_QUICK_EDIT_MODE: a click would stop all output
    public const uint ExtendedFlags = 0x0080;         // ENABLE_EXTENDED_FLAGS
    public const uint SequencesInput = 0x0200;        // ENABLE_VIRTUAL_TERMINAL_INPUT

    public const uint ProcessedOutput = 0x0001;       // ENABLE_PROCESSED_OUTPUT
    public const uint SequencesOutput = 0x0004;       // ENABLE_VIRTUAL_TERMINAL_PROCESSING, from Windows 10 1511 on
    public const uint NoReturn = 0x0008;              // DISABLE_NEWLINE_AUTO_RETURN

    public const ushort KeyRecord = 0x0001;           // KEY_EVENT
    public const ushort MouseRecord = 0x0002;         // MOUSE_EVENT
    public const ushort SizeRecord = 0x0004;          // WINDOW_BUFFER_SIZE_EVENT
    public const ushort FocusRecord = 0x0010;         // FOCUS_EVENT

    public const uint RightAlt = 0x0001;              // RIGHT_ALT_PRESSED
    public const uint LeftAlt = 0x0002;               // LEFT_ALT_PRESSED
    public const uint RightControl = 0x0004;          // RIGHT_CTRL_PRESSED
    public const uint LeftControl = 0x0008;           // LEFT_CTRL_PRESSED
    public const uint Shift = 0x0010;                 // SHIFT_PRESSED
    public const uint Enhanced = 0x0100;              // ENHANCED_KEY

    public const uint MouseMoved = 1;                 // MOUSE_MOVED
    public const uint MouseWheel = 4;                 // MOUSE_WHEELED
    public const uint MouseSideWheel = 8;             // MOUSE_HWHEELED

    public const uint Utf8 = 65001;                   // CP_UTF8

    [LibraryImport("kernel32", EntryPoint = "GetConsoleMode", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetMode(SafeFileHandle console, uint* mode);

    [LibraryImport("kernel32", EntryPoint = "SetConsoleMode", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetMode(SafeFileHandle console, uint mode);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleOutputCP")]
    public static partial uint OutputCodePage();

    [LibraryImport("kernel32", EntryPoint = "SetConsoleOutputCP", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetOutputCodePage(uint page);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleScreenBufferInfo", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetScreen(SafeFileHandle console, ScreenInfo* info);

    [LibraryImport("kernel32", EntryPoint = "GetNumberOfConsoleInputEvents", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CountInput(SafeFileHandle console, uint* count);

    [LibraryImport("kernel32", EntryPoint = "ReadConsoleInputW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ReadInput(SafeFileHandle console, InputRecord* records, uint most, uint* read);

    [LibraryImport("kernel32", EntryPoint = "FlushConsoleInputBuffer", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DiscardInput(SafeFileHandle console);

    [LibraryImport("user32", EntryPoint = "MapVirtualKeyW")]
    public static partial uint MapKey(uint key, uint how);

    /// <summary>COORD.</summary>
    public struct Place
    {
        public short Column;
        public short Row;
    }

    /// <summary>CONSOLE_SCREEN_BUFFER_INFO.</summary>
    public struct ScreenInfo
    {
        public Place Size;
        public Place Cursor;
        public ushort Attributes;
        public short Left; // of the window
        public short Top;
        public short Right;
        public short Bottom;
        public Place LargestWindow;
    }

    /// <summary>INPUT_RECORD.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 20)]
    public struct InputRecord
    {
        [FieldOffset(0)]
        public ushort Type;

        [FieldOffset(4)]
        public KeyEvent Key;

        [FieldOffset(4)]
        public MouseEvent Mouse;

        [FieldOffset(4)]
        public int HasFocus;
    }

    /// <summary>KEY_EVENT_RECORD.</summary>
    public struct KeyEvent
    {
        public int IsDown;
        public ushort Repeats;
        public ushort Key;
        public ushort ScanCode;
        public ushort Character;
        public uint State;
    }

    /// <summary>MOUSE_EVENT_RECORD.</summary>
    public struct MouseEvent
    {
        public Place At;
        public uint Buttons;
        public uint State;
        public uint What;
    }
}
