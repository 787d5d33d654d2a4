using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Windows;

/// <summary>The calls that several parts make, as documented: synchronization objects, waitable timers, the thread pool, files and overlapped I/O. For 64-bit and 32-bit Windows alike.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class Kernel32
{
    public const int MaxWaitObjects = 64;             // MAXIMUM_WAIT_OBJECTS
    public const uint WaitTimeout = 0x102;            // WAIT_TIMEOUT
    public const uint WaitFailed = uint.MaxValue;     // WAIT_FAILED
    public const uint Infinite = uint.MaxValue;       // INFINITE
    public const uint AllAccess = 0x1F0003;           // EVENT_ALL_ACCESS, TIMER_ALL_ACCESS
    public const uint Synchronize = 0x100000;         // SYNCHRONIZE
    public const uint HighResolution = 2;             // CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, from Windows 10 1803 on
    public const uint FileTypeDisk = 1;               // FILE_TYPE_DISK
    public const uint FileTypePipe = 3;               // FILE_TYPE_PIPE: sockets too
    public const int ProcessPowerThrottling = 4;      // PROCESS_INFORMATION_CLASS
    public const uint IgnoreTimerResolution = 4;      // PROCESS_POWER_THROTTLING_IGNORE_TIMER_RESOLUTION, from Windows 11 on
    public const uint ManualSet = 3;                  // CREATE_EVENT_MANUAL_RESET | CREATE_EVENT_INITIAL_SET
    public const uint SameAccess = 2;                 // DUPLICATE_SAME_ACCESS
    public const uint GenericRead = 0x80000000;       // GENERIC_READ
    public const uint GenericWrite = 0x40000000;      // GENERIC_WRITE
    public const uint ShareAll = 3;                   // FILE_SHARE_READ | FILE_SHARE_WRITE
    public const uint OpenExisting = 3;               // OPEN_EXISTING
    public const uint Overlapped = 0x40000000;        // FILE_FLAG_OVERLAPPED
    public const nint Pending = 0x103;                // STATUS_PENDING
    public const int ErrorInvalidHandle = 6;          // ERROR_INVALID_HANDLE
    public const int ErrorInvalidParameter = 87;      // ERROR_INVALID_PARAMETER
    public const int ErrorAborted = 995;              // ERROR_OPERATION_ABORTED
    public const int ErrorIoPending = 997;            // ERROR_IO_PENDING

    [LibraryImport("kernel32", EntryPoint = "CreateEventExW", SetLastError = true)]
    public static partial SafeWaitHandle CreateEvent(void* attributes, char* name, uint flags, uint access);

    [LibraryImport("kernel32", EntryPoint = "SetEvent", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetEvent(SafeWaitHandle handle);

    [LibraryImport("kernel32", EntryPoint = "ResetEvent", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ResetEvent(SafeWaitHandle handle);

    [LibraryImport("kernel32", EntryPoint = "CreateWaitableTimerExW", SetLastError = true)]
    public static partial SafeWaitHandle CreateWaitableTimer(void* attributes, char* name, uint flags, uint access);

    [LibraryImport("kernel32", EntryPoint = "SetWaitableTimer", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetWaitableTimer(nint timer, long* due, int periodMs, nint routine, nint argument, int resumes);

    /// <summary>The calendar's time as a FILETIME.</summary>
    [LibraryImport("kernel32", EntryPoint = "GetSystemTimeAsFileTime")]
    public static partial void GetSystemTime(long* time);

    [LibraryImport("kernel32", EntryPoint = "WaitForMultipleObjectsEx", SetLastError = true)]
    public static partial uint WaitForMultipleObjects(uint count, nint* handles, int waitsForAll, uint milliseconds, int isAlertable);

    [LibraryImport("kernel32", EntryPoint = "WaitForSingleObject", SetLastError = true)]
    public static partial uint WaitForSingleObject(nint handle, uint milliseconds);

    [LibraryImport("kernel32", EntryPoint = "WaitForSingleObject", SetLastError = true)]
    public static partial uint WaitForSingleObject(SafeHandle handle, uint milliseconds);

    [LibraryImport("kernel32", EntryPoint = "GetCurrentProcess")]
    public static partial nint CurrentProcess();

    [LibraryImport("kernel32", EntryPoint = "DuplicateHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool DuplicateHandle(nint fromProcess, nint handle, nint toProcess, nint* duplicate, uint access, int isInherited, uint options);

    [LibraryImport("kernel32", EntryPoint = "CloseHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool CloseHandle(nint handle);

    [LibraryImport("kernel32", EntryPoint = "GetFileType", SetLastError = true)]
    public static partial uint FileType(nint handle);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle OpenFile(string path, uint access, uint share, void* security, uint disposition, uint flags, nint template);

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

    [LibraryImport("kernel32", EntryPoint = "CreateThreadpoolWait", SetLastError = true)]
    public static partial nint CreatePoolWait(delegate* unmanaged[Stdcall]<nint, nint, nint, uint, void> callback, nint context, nint environment);

    [LibraryImport("kernel32", EntryPoint = "SetThreadpoolWait")]
    public static partial void SetPoolWait(nint wait, nint handle, void* timeout);

    [LibraryImport("kernel32", EntryPoint = "WaitForThreadpoolWaitCallbacks")]
    public static partial void WaitForPoolCallbacks(nint wait, int cancelsPending);

    [LibraryImport("kernel32", EntryPoint = "CloseThreadpoolWait")]
    public static partial void ClosePoolWait(nint wait);

    [LibraryImport("kernel32", EntryPoint = "SetProcessInformation", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetProcessInformation(nint process, int kind, void* information, uint size);

    public const int TimeCritical = 15;               // THREAD_PRIORITY_TIME_CRITICAL
    public const int PriorityError = int.MaxValue;    // THREAD_PRIORITY_ERROR_RETURN

    [LibraryImport("kernel32", EntryPoint = "GetCurrentThread")]
    public static partial nint CurrentThread();

    [LibraryImport("kernel32", EntryPoint = "GetThreadPriority", SetLastError = true)]
    public static partial int PriorityOf(nint thread);

    [LibraryImport("kernel32", EntryPoint = "SetThreadPriority", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetPriority(nint thread, int priority);

    [LibraryImport("kernel32", EntryPoint = "SetThreadAffinityMask", SetLastError = true)]
    public static partial nuint SetAffinity(nint thread, nuint cpus);

    [LibraryImport("kernel32", EntryPoint = "GetProcessAffinityMask", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool AffinityOf(nint process, nuint* ofProcess, nuint* ofSystem);

    [LibraryImport("avrt", EntryPoint = "AvSetMmThreadCharacteristicsW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial nint JoinMultimedia(string task, uint* index);

    [LibraryImport("avrt", EntryPoint = "AvRevertMmThreadCharacteristics", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool LeaveMultimedia(nint task);

    /// <summary>OVERLAPPED.</summary>
    public struct Operation
    {
        public nint Status;     // Internal: STATUS_PENDING until it has ended
        public nint Count;
        public long Offset;
        public nint Event;
    }

    /// <summary>PROCESS_POWER_THROTTLING_STATE.</summary>
    public struct PowerThrottling
    {
        public uint Version;
        public uint ControlMask;
        public uint StateMask;
    }
}
