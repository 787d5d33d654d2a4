using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>The communications functions and overlapped I/O of Windows, as documented; layouts are those of 64-bit and 32-bit Windows alike.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class SerialAbi
{
    public const uint ReadAndWrite = 0xC0000000;     // GENERIC_READ | GENERIC_WRITE
    public const uint OpenExisting = 3;              // OPEN_EXISTING
    public const uint Overlapped = 0x40000000;       // FILE_FLAG_OVERLAPPED
    public const uint TypeCharacter = 2;             // FILE_TYPE_CHAR
    public const nint Pending = 0x103;               // STATUS_PENDING
    public const uint EventAccess = 0x1F0003;        // EVENT_ALL_ACCESS

    public const int FileNotFound = 2;               // ERROR_FILE_NOT_FOUND
    public const int PathNotFound = 3;               // ERROR_PATH_NOT_FOUND
    public const int AccessDenied = 5;               // ERROR_ACCESS_DENIED
    public const int InvalidHandle = 6;              // ERROR_INVALID_HANDLE
    public const int BadCommand = 22;                // ERROR_BAD_COMMAND: what a driver says whose device was pulled out
    public const int GeneralFailure = 31;            // ERROR_GEN_FAILURE
    public const int SharingViolation = 32;          // ERROR_SHARING_VIOLATION
    public const int EndOfFile = 38;                 // ERROR_HANDLE_EOF
    public const int InvalidParameter = 87;          // ERROR_INVALID_PARAMETER
    public const int BrokenPipe = 109;               // ERROR_BROKEN_PIPE
    public const int InvalidName = 123;              // ERROR_INVALID_NAME
    public const int NoSuchDevice = 433;             // ERROR_NO_SUCH_DEVICE
    public const int Aborted = 995;                  // ERROR_OPERATION_ABORTED
    public const int IoPending = 997;                // ERROR_IO_PENDING
    public const int NotConnected = 1167;            // ERROR_DEVICE_NOT_CONNECTED
    public const int Removed = 1617;                 // ERROR_DEVICE_REMOVED

    public const uint ErrorReceiveOverflow = 1;      // CE_RXOVER
    public const uint ErrorOverrun = 2;              // CE_OVERRUN
    public const uint ErrorParity = 4;               // CE_RXPARITY
    public const uint ErrorFrame = 8;                // CE_FRAME
    public const uint ErrorBreak = 16;               // CE_BREAK

    public const uint ModemCts = 0x10;               // MS_CTS_ON
    public const uint ModemDsr = 0x20;               // MS_DSR_ON
    public const uint ModemRing = 0x40;              // MS_RING_ON
    public const uint ModemDcd = 0x80;               // MS_RLSD_ON

    public const uint SetRts = 3, ClearRts = 4, SetDtr = 5, ClearDtr = 6, SetBreak = 8, ClearBreak = 9; // SETRTS …
    public const uint AbortOutput = 1;               // PURGE_TXABORT
    public const uint DropOutput = 4;                // PURGE_TXCLEAR
    public const uint DropInput = 8;                 // PURGE_RXCLEAR

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle Open(string path, uint access, uint share, void* security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "GetFileType", SetLastError = true)]
    public static partial uint TypeOf(SafeFileHandle file);

    [LibraryImport("kernel32", EntryPoint = "CreateEventExW", SetLastError = true)]
    public static partial SafeWaitHandle CreateEvent(void* attributes, char* name, uint flags, uint access);

    [LibraryImport("kernel32", EntryPoint = "SetEvent", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetEvent(SafeWaitHandle handle);

    [LibraryImport("kernel32", EntryPoint = "ReadFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Read(SafeFileHandle file, byte* bytes, uint count, uint* read, Operation* operation);

    [LibraryImport("kernel32", EntryPoint = "WriteFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Write(SafeFileHandle file, byte* bytes, uint count, uint* written, Operation* operation);

    [LibraryImport("kernel32", EntryPoint = "GetOverlappedResult", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ResultOf(SafeFileHandle file, Operation* operation, uint* count, int waits);

    [LibraryImport("kernel32", EntryPoint = "CancelIoEx", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Cancel(SafeFileHandle file, Operation* operation);

    [LibraryImport("kernel32", EntryPoint = "GetCommState", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetState(SafeFileHandle file, DeviceControl* state);

    [LibraryImport("kernel32", EntryPoint = "SetCommState", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetState(SafeFileHandle file, DeviceControl* state);

    [LibraryImport("kernel32", EntryPoint = "SetCommTimeouts", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetTimeouts(SafeFileHandle file, Timeouts* timeouts);

    [LibraryImport("kernel32", EntryPoint = "SetupComm", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetQueues(SafeFileHandle file, uint input, uint output);

    [LibraryImport("kernel32", EntryPoint = "ClearCommError", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool TakeErrors(SafeFileHandle file, uint* errors, Status* status);

    [LibraryImport("kernel32", EntryPoint = "GetCommModemStatus", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool GetModemLines(SafeFileHandle file, uint* lines);

    [LibraryImport("kernel32", EntryPoint = "EscapeCommFunction", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Control(SafeFileHandle file, uint function);

    [LibraryImport("kernel32", EntryPoint = "PurgeComm", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Purge(SafeFileHandle file, uint what);

    /// <summary>OVERLAPPED.</summary>
    public struct Operation
    {
        public nint Status;     // Internal: STATUS_PENDING until it has ended
        public nint Count;
        public long Offset;
        public nint Event;
    }

    /// <summary>DCB.</summary>
    public struct DeviceControl
    {
        public uint Length;
        public uint BaudRate;
        public uint Flags;
        public ushort Reserved;
        public ushort XonLimit;
        public ushort XoffLimit;
        public byte DataBits;
        public byte Parity;
        public byte StopBits;
        public byte Xon;
        public byte Xoff;
        public byte ErrorCharacter;
        public byte EndCharacter;
        public byte EventCharacter;
        public ushort Reserved1;
    }

    /// <summary>COMMTIMEOUTS.</summary>
    public struct Timeouts
    {
        public uint ReadInterval;
        public uint ReadMultiplier;
        public uint ReadConstant;
        public uint WriteMultiplier;
        public uint WriteConstant;
    }

    /// <summary>COMSTAT.</summary>
    public struct Status
    {
        public uint Flags;
        public uint Received;   // not read yet
        public uint Unsent;
    }
}
