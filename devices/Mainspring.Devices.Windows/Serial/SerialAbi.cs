using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Windows;

/// <summary>The communications functions of Windows, as documented; layouts are those of 64-bit and 32-bit Windows alike.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class SerialAbi
{
    public const uint TypeCharacter = 2;             // FILE_TYPE_CHAR

    public const int InvalidFunction = 1;            // ERROR_INVALID_FUNCTION
    public const int FileNotFound = 2;               // ERROR_FILE_NOT_FOUND
    public const int PathNotFound = 3;               // ERROR_PATH_NOT_FOUND
    public const int AccessDenied = 5;               // ERROR_ACCESS_DENIED
    public const int InvalidHandle = 6;              // ERROR_INVALID_HANDLE
    public const int BadCommand = 22;                // ERROR_BAD_COMMAND: what a driver says whose device was pulled out
    public const int GeneralFailure = 31;            // ERROR_GEN_FAILURE
    public const int SharingViolation = 32;          // ERROR_SHARING_VIOLATION
    public const int EndOfFile = 38;                 // ERROR_HANDLE_EOF
    public const int NotSupported = 50;              // ERROR_NOT_SUPPORTED
    public const int InvalidParameter = 87;          // ERROR_INVALID_PARAMETER
    public const int BrokenPipe = 109;               // ERROR_BROKEN_PIPE
    public const int NoAnswer = 121;                 // ERROR_SEM_TIMEOUT: what a Bluetooth port says whose device is off or far away
    public const int InvalidName = 123;              // ERROR_INVALID_NAME
    public const int Busy = 170;                     // ERROR_BUSY
    public const int NoSuchDevice = 433;             // ERROR_NO_SUCH_DEVICE
    public const int Aborted = 995;                  // ERROR_OPERATION_ABORTED
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

    [LibraryImport("kernel32", EntryPoint = "GetFileType", SetLastError = true)]
    public static partial uint TypeOf(SafeFileHandle file);

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
