using System.Runtime.InteropServices;

namespace Mainspring.Perf;

/// <summary>The system calls of the measurements: the same as in the C programs.</summary>
internal static unsafe partial class Libc
{
    private const int NonBlocking = 0x800; // O_NONBLOCK and SOCK_NONBLOCK
    private const int Unix = 1;            // AF_UNIX
    private const int Stream = 1;          // SOCK_STREAM
    private const int Monotonic = 1;       // CLOCK_MONOTONIC

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int descriptor, void* buffer, nint count);

    public static (int Read, int Write) Pipe()
    {
        int* ends = stackalloc int[2];
        return Pipe2(ends, NonBlocking) == 0 ? (ends[0], ends[1]) : throw new IOException("The system refuses a pipe.");
    }

    public static (int First, int Second) SocketPair()
    {
        int* ends = stackalloc int[2];
        return SocketPair(Unix, Stream | NonBlocking, 0, ends) == 0 ? (ends[0], ends[1]) : throw new IOException("The system refuses a pair of sockets.");
    }

    /// <summary>A descriptor that stays silent.</summary>
    public static int EventDescriptor() => EventFd(0, NonBlocking) is >= 0 and var descriptor ? descriptor : throw new IOException("The system refuses an eventfd.");

    public static void Sleep(long ns)
    {
        long* time = stackalloc long[2];
        time[0] = ns / 1_000_000_000;
        time[1] = ns % 1_000_000_000;
        _ = NanoSleep(Monotonic, 0, time, null);
    }

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "socketpair")]
    private static partial int SocketPair(int domain, int type, int protocol, int* ends);

    [LibraryImport("libc", EntryPoint = "eventfd")]
    private static partial int EventFd(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "clock_nanosleep")]
    private static partial int NanoSleep(int clock, int flags, long* time, long* remaining);
}
