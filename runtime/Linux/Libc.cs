using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Linux;

/// <summary>The system calls of the poller, as in their man pages. tests/headers checks the numbers and layouts against the C headers.</summary>
internal static unsafe partial class Libc
{
    public const int EpollCloexec = 0x80000;    // EPOLL_CLOEXEC
    public const int EpollCtlAdd = 1;           // EPOLL_CTL_ADD
    public const int EpollCtlDel = 2;           // EPOLL_CTL_DEL
    public const int EpollCtlMod = 3;           // EPOLL_CTL_MOD
    public const uint EpollIn = 0x001;          // EPOLLIN
    public const uint EpollPri = 0x002;         // EPOLLPRI
    public const uint EpollOut = 0x004;         // EPOLLOUT
    public const uint EpollErr = 0x008;         // EPOLLERR
    public const uint EpollHup = 0x010;         // EPOLLHUP
    public const uint EpollRdHup = 0x2000;      // EPOLLRDHUP
    public const uint EpollEt = 1u << 31;       // EPOLLET
    public const int EventFdFlags = 0x80800;    // EFD_CLOEXEC | EFD_NONBLOCK
    public const int TimerFdFlags = 0x80800;    // TFD_CLOEXEC | TFD_NONBLOCK
    public const int TimerAbsolute = 1;         // TFD_TIMER_ABSTIME
    public const int ClockMonotonic = 1;        // CLOCK_MONOTONIC
    public const int DupCloexec = 0x80000;      // O_CLOEXEC
    public const short PollIn = 1;              // POLLIN
    public const short PollOut = 4;             // POLLOUT
    public const int SetTimerSlack = 29;        // PR_SET_TIMERSLACK
    public const int GetTimerSlack = 30;        // PR_GET_TIMERSLACK

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int epoll, int operation, int descriptor, void* epollEvent);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int epoll, void* events, int maxEvents, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint EpollPwait2(nint number, nint epoll, void* events, nint maxEvents, Timespec* timeout, void* signals, nint size);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    public static partial int TimerFdCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    public static partial int TimerFdSetTime(int descriptor, int flags, TimerSpec* value, TimerSpec* old);

    [LibraryImport("libc", EntryPoint = "dup3", SetLastError = true)]
    public static partial int Duplicate(int descriptor, int number, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int PPoll(PollFd* descriptors, nuint count, Timespec* timeout, void* signals);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    /// <summary>struct timespec of 64-bit systems.</summary>
    public struct Timespec // struct timespec
    {
        public long Seconds;        // tv_sec
        public long Nanoseconds;    // tv_nsec

        public static Timespec From(long ns) => new() { Seconds = ns / 1_000_000_000, Nanoseconds = ns % 1_000_000_000 };
    }

    /// <summary>struct itimerspec.</summary>
    public struct TimerSpec // struct itimerspec
    {
        public Timespec Interval;   // it_interval
        public Timespec Value;      // it_value
    }

    /// <summary>struct pollfd.</summary>
    public struct PollFd // struct pollfd
    {
        public int Descriptor;      // fd
        public short Events;        // events
        public short Found;         // revents
    }
}
