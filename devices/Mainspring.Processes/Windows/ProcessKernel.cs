using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>Processes, jobs and named pipes of Windows, as documented; for 64-bit and 32-bit Windows alike.</summary>
[SupportedOSPlatform("windows")]
internal static unsafe partial class ProcessKernel
{
    public const uint Suspended = 4;                  // CREATE_SUSPENDED
    public const uint NewGroup = 0x200;               // CREATE_NEW_PROCESS_GROUP
    public const uint UnicodeEnvironment = 0x400;     // CREATE_UNICODE_ENVIRONMENT
    public const uint HasAttributes = 0x80000;        // EXTENDED_STARTUPINFO_PRESENT
    public const uint NoWindow = 0x8000000;           // CREATE_NO_WINDOW
    public const uint UsesStandardHandles = 0x100;    // STARTF_USESTDHANDLES
    public const nuint HandleList = 0x20002;          // PROC_THREAD_ATTRIBUTE_HANDLE_LIST
    public const uint WriteAttributes = 0x100;        // FILE_WRITE_ATTRIBUTES: to set its mode
    public const uint ReadAttributes = 0x80;          // FILE_READ_ATTRIBUTES
    public const uint PipeDuplex = 3;                 // PIPE_ACCESS_DUPLEX
    public const uint FirstInstance = 0x80000;        // FILE_FLAG_FIRST_PIPE_INSTANCE
    public const uint RejectRemote = 8;               // PIPE_REJECT_REMOTE_CLIENTS, of a pipe of bytes
    public const uint CtrlBreak = 1;                  // CTRL_BREAK_EVENT
    public const int BasicAccounting = 1;             // JobObjectBasicAccountingInformation
    public const int ExtendedLimits = 9;              // JobObjectExtendedLimitInformation
    public const uint SilentBreakaway = 0x1000;       // JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK
    public const uint KillOnClose = 0x2000;           // JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE

    public const int FileNotFound = 2;                // ERROR_FILE_NOT_FOUND
    public const int PathNotFound = 3;                // ERROR_PATH_NOT_FOUND
    public const int TooManyOpen = 4;                 // ERROR_TOO_MANY_OPEN_FILES
    public const int AccessDenied = 5;                // ERROR_ACCESS_DENIED
    public const int NotEnoughMemory = 8;             // ERROR_NOT_ENOUGH_MEMORY
    public const int OutOfMemory = 14;                // ERROR_OUTOFMEMORY
    public const int SharingViolation = 32;           // ERROR_SHARING_VIOLATION
    public const int BrokenPipe = 109;                // ERROR_BROKEN_PIPE
    public const int InvalidName = 123;               // ERROR_INVALID_NAME
    public const int BadFormat = 193;                 // ERROR_BAD_EXE_FORMAT
    public const int TooLong = 206;                   // ERROR_FILENAME_EXCED_RANGE
    public const int MachineMismatch = 216;           // ERROR_EXE_MACHINE_TYPE_MISMATCH
    public const int NoData = 232;                    // ERROR_NO_DATA: the pipe is being closed
    public const int NotConnected = 233;              // ERROR_PIPE_NOT_CONNECTED
    public const int BadDirectory = 267;              // ERROR_DIRECTORY
    public const int NeedsElevation = 740;            // ERROR_ELEVATION_REQUIRED

    [LibraryImport("kernel32", EntryPoint = "CreateProcessW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Create(char* path, char* commandLine, void* processSecurity, void* threadSecurity, int inherits, uint flags, char* environment, char* folder, StartupInfo* startup, ProcessInfo* info);

    [LibraryImport("kernel32", EntryPoint = "InitializeProcThreadAttributeList", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool InitAttributes(void* list, uint count, uint flags, nuint* size);

    [LibraryImport("kernel32", EntryPoint = "UpdateProcThreadAttribute", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetAttribute(void* list, uint flags, nuint attribute, void* value, nuint size, void* previous, void* returned);

    [LibraryImport("kernel32", EntryPoint = "DeleteProcThreadAttributeList")]
    public static partial void DeleteAttributes(void* list);

    [LibraryImport("kernel32", EntryPoint = "ResumeThread", SetLastError = true)]
    public static partial uint Resume(nint thread);

    [LibraryImport("kernel32", EntryPoint = "TerminateProcess", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Terminate(SafeProcessHandle process, uint code);

    [LibraryImport("kernel32", EntryPoint = "GetExitCodeProcess", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool ExitCodeOf(SafeProcessHandle process, uint* code);

    [LibraryImport("kernel32", EntryPoint = "GenerateConsoleCtrlEvent", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool RaiseControlEvent(uint kind, uint group);

    [LibraryImport("kernel32", EntryPoint = "GetConsoleCP")]
    public static partial uint ConsoleCodePage();

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle", SetLastError = true)]
    public static partial nint StandardHandle(int number);

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    public static partial nint CreateJob(void* security, char* name);

    [LibraryImport("kernel32", EntryPoint = "AssignProcessToJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Assign(SafeHandle job, nint process);

    [LibraryImport("kernel32", EntryPoint = "TerminateJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool TerminateJob(SafeHandle job, uint code);

    [LibraryImport("kernel32", EntryPoint = "SetInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool SetJob(SafeHandle job, int kind, void* information, uint size);

    [LibraryImport("kernel32", EntryPoint = "QueryInformationJobObject", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool AskJob(SafeHandle job, int kind, void* information, uint size, uint* returned);

    [LibraryImport("kernel32", EntryPoint = "CreateNamedPipeW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle CreatePipe(string name, uint openMode, uint pipeMode, uint instances, uint output, uint input, uint timeoutMs, void* security);

    /// <summary>SECURITY_ATTRIBUTES.</summary>
    public struct SecurityAttributes
    {
        public uint Size;
        public void* Descriptor;
        public int IsInherited;
    }

    /// <summary>STARTUPINFOEXW.</summary>
    public struct StartupInfo
    {
        public uint Size;
        public char* Reserved;
        public char* Desktop;
        public char* Title;
        public uint X;
        public uint Y;
        public uint Width;
        public uint Height;
        public uint Columns;
        public uint Rows;
        public uint Fill;
        public uint Flags;
        public ushort Show;
        public ushort Reserved2Size;
        public void* Reserved2;
        public nint Input;
        public nint Output;
        public nint Error;
        public void* Attributes;
    }

    /// <summary>PROCESS_INFORMATION.</summary>
    public struct ProcessInfo
    {
        public nint Process;
        public nint Thread;
        public uint Pid;
        public uint ThreadId;
    }

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION.</summary>
    public struct JobLimits
    {
        public long ProcessTime;
        public long JobTime;
        public uint Flags;
        public nuint LeastWorkingSet;
        public nuint MostWorkingSet;
        public uint Processes;
        public nuint Affinity;
        public uint Priority;
        public uint Scheduling;
        public fixed ulong Transfers[6]; // IO_COUNTERS
        public nuint ProcessMemory;
        public nuint JobMemory;
        public nuint PeakProcessMemory;
        public nuint PeakJobMemory;
    }

    /// <summary>JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.</summary>
    public struct JobAccounts
    {
        public long UserTime;
        public long KernelTime;
        public long PeriodUserTime;
        public long PeriodKernelTime;
        public uint PageFaults;
        public uint Processes;
        public uint ActiveProcesses;
        public uint TerminatedProcesses;
    }
}
