namespace Mainspring.Processes;

/// <summary>What the kernel and the C library call things. tests/headers checks the numbers.</summary>
internal static class ProcessAbi
{
    public const int CloseOnExec = 0x80000;         // O_CLOEXEC
    public const int NonBlocking = 0x800;           // O_NONBLOCK
    public const int ReadWrite = 2;                 // O_RDWR
    public const int SetFlags = 4;                  // F_SETFL
    public const int GetFlags = 3;                  // F_GETFL
    public const int DuplicateAbove = 1030;         // F_DUPFD_CLOEXEC
    public const int Executable = 1;                // X_OK

    public const short SetGroup = 0x02;             // POSIX_SPAWN_SETPGROUP
    public const short SetDefaults = 0x04;          // POSIX_SPAWN_SETSIGDEF
    public const short SetMask = 0x08;              // POSIX_SPAWN_SETSIGMASK
    public const short SetSession = 0x80;           // POSIX_SPAWN_SETSID

    public const int ByPid = 1;                     // P_PID
    public const int ByPidfd = 3;                   // P_PIDFD
    public const int HasExited = 4;                 // WEXITED
    public const int DoNotBlock = 1;                // WNOHANG
    public const int DoNotReap = 0x01000000;        // WNOWAIT
    public const int Exited = 1;                    // CLD_EXITED
    public const int Killed = 2;                    // CLD_KILLED
    public const int Dumped = 3;                    // CLD_DUMPED

    public const int PidfdOpen = 434;               // SYS_pidfd_open
    public const int PidfdSendSignal = 424;         // SYS_pidfd_send_signal
    public const uint ToGroup = 4;                  // 1U << 2

    public const int GetTimerSlack = 30;            // PR_GET_TIMERSLACK
    public const int SetTimerSlack = 29;            // PR_SET_TIMERSLACK

    public const int NotPermitted = 1;              // EPERM
    public const int NoEntry = 2;                   // ENOENT
    public const int NoProcess = 3;                 // ESRCH
    public const int Interrupted = 4;               // EINTR
    public const int TooBig = 7;                    // E2BIG
    public const int NoFormat = 8;                  // ENOEXEC
    public const int BadDescriptor = 9;             // EBADF
    public const int NoChild = 10;                  // ECHILD
    public const int Again = 11;                    // EAGAIN
    public const int NoMemory = 12;                 // ENOMEM
    public const int NoAccess = 13;                 // EACCES
    public const int NotDirectory = 20;             // ENOTDIR
    public const int Invalid = 22;                  // EINVAL
    public const int TooManyOpen = 24;              // EMFILE
    public const int Busy = 26;                     // ETXTBSY
    public const int BrokenPipe = 32;               // EPIPE
    public const int NotImplemented = 38;           // ENOSYS

    public const int PipeSignal = 13;               // SIGPIPE
    public const int FileSizeSignal = 25;           // SIGXFSZ

    /// <summary>siginfo_t, as far as waitid(2) fills it.</summary>
    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Sequential, Size = 128)]
    public struct SignalInfo
    {
        public int Signal;
        public int Error;
        public int Code;
        public int Padding;
        public int Pid;
        public int User;
        public int Status;
    }
}
