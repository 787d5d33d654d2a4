using System.Runtime.InteropServices;

namespace Mainspring.Linux;

/// <summary>The system calls that say how a thread runs, as in their man pages. tests/headers checks the numbers and layouts against the C headers.</summary>
internal static unsafe partial class Sched
{
    public const uint Fifo = 1;                     // SCHED_FIFO
    public const uint RoundRobin = 2;               // SCHED_RR
    public const uint Deadline = 6;                 // SCHED_DEADLINE
    public const ulong ResetOnFork = 1;             // SCHED_FLAG_RESET_ON_FORK
    public const int LockCurrent = 1;               // MCL_CURRENT
    public const int LockFuture = 2;                // MCL_FUTURE
    public const int LockOnFault = 4;               // MCL_ONFAULT
    public const int LimitMemoryLock = 8;           // RLIMIT_MEMLOCK
    public const int LimitRealTimePriority = 14;    // RLIMIT_RTPRIO
    public const int CapabilityIpcLock = 14;        // CAP_IPC_LOCK
    public const int CapabilityNice = 23;           // CAP_SYS_NICE

    // glibc has no sched_setattr before 2.41, and musl none at all.
    private const nint SetAttributesX64 = 314;      // ON_X64(SYS_sched_setattr, 314)
    private const nint GetAttributesX64 = 315;      // ON_X64(SYS_sched_getattr, 315)
    private const nint SetAttributesArm64 = 274;    // ON_ARM64(SYS_sched_setattr, 274)
    private const nint GetAttributesArm64 = 275;    // ON_ARM64(SYS_sched_getattr, 275)

    private static bool IsX64 => RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>How the calling thread is scheduled.</summary>
    public static Errno Get(out Attributes attributes)
    {
        fixed (Attributes* found = &attributes)
        {
            *found = default;
            return GetCall(IsX64 ? GetAttributesX64 : GetAttributesArm64, 0, found, sizeof(Attributes), 0) == 0 ? Errno.None : Errno.Last;
        }
    }

    /// <summary>Schedules the calling thread so.</summary>
    public static Errno Set(Attributes attributes)
    {
        attributes.Size = (uint)sizeof(Attributes);
        return SetCall(IsX64 ? SetAttributesX64 : SetAttributesArm64, 0, &attributes, 0) == 0 ? Errno.None : Errno.Last;
    }

    [LibraryImport("libc", EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static partial int GetAffinity(int thread, nuint size, byte* mask);

    [LibraryImport("libc", EntryPoint = "sched_setaffinity", SetLastError = true)]
    public static partial int SetAffinity(int thread, nuint size, byte* mask);

    [LibraryImport("libc", EntryPoint = "mlockall", SetLastError = true)]
    public static partial int LockAll(int flags);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int GetLimit(int resource, Limit* limit);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SetCall(nint number, nint thread, Attributes* attributes, nint flags);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint GetCall(nint number, nint thread, Attributes* attributes, nint size, nint flags);

    /// <summary>struct sched_attr.</summary>
    public struct Attributes // struct sched_attr
    {
        public uint Size;           // size
        public uint Policy;         // sched_policy
        public ulong Flags;         // sched_flags
        public int Nice;            // sched_nice
        public uint Priority;       // sched_priority
        public ulong Runtime;       // sched_runtime
        public ulong DeadlineTime;  // sched_deadline
        public ulong Period;        // sched_period
        public uint UtilityMin;     // sched_util_min
        public uint UtilityMax;     // sched_util_max
    }

    /// <summary>struct rlimit of 64-bit systems; all bits set is unlimited.</summary>
    public struct Limit // struct rlimit
    {
        public ulong Soft;          // rlim_cur
        public ulong Hard;          // rlim_max
    }
}
