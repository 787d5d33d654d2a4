using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>The system calls that cases need to play the device, the foreign loop or the culprit. Linux, 64-bit.</summary>
internal static unsafe partial class Sys
{
    private const int NonBlockCloexec = 0x80800; // O_NONBLOCK | O_CLOEXEC
    private const int SignalCount = 64;

    public static void NeedsLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new SkipException("needs Linux");
        }
    }

    public static void NeedsWindows()
    {
        if (!OperatingSystem.IsWindows())
        {
            throw new SkipException("needs Windows");
        }
    }

    /// <summary>Only in a program of our own: others, such as xunit's, end when they are interrupted.</summary>
    public static void NeedsOwnProgram()
    {
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) != "mainspring-contracts")
        {
            throw new SkipException("needs the native program, which it starts again or interrupts");
        }
    }

    /// <summary>A non-blocking pipe.</summary>
    public static (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        NeedsLinux();
        int* ends = stackalloc int[2];
        return Pipe2(ends, NonBlockCloexec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new IOException("pipe2", Marshal.GetLastPInvokeError());
    }

    /// <summary>Writes bytes; what does not fit is an error.</summary>
    public static void Write(SafeHandle handle, int count = 1)
    {
        byte* bytes = stackalloc byte[count];
        if (WriteTo((int)handle.DangerousGetHandle(), bytes, count) != count)
        {
            throw new IOException("write", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Writes bytes: how many were taken, -1 when none are.</summary>
    public static int TryWrite(SafeHandle handle, int count)
    {
        byte* bytes = stackalloc byte[count];
        return (int)WriteTo((int)handle.DangerousGetHandle(), bytes, count);
    }

    /// <summary>Makes a FIFO, and opens it for reading and writing by one non-blocking descriptor.</summary>
    public static SafeFileHandle OpenFifo(string path)
    {
        NeedsLinux();
        int descriptor = MakeFifo(path, 0x180) == 0 ? OpenFile(path, NonBlockCloexec | 2) : -1; // 0600, O_RDWR
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException("mkfifo", Marshal.GetLastPInvokeError());
    }

    /// <summary>Reads up to <paramref name="most"/> bytes: how many, 0 at the end, -1 when there are none now.</summary>
    public static int Read(SafeHandle handle, int most)
    {
        byte* bytes = stackalloc byte[most];
        return (int)ReadFrom((int)handle.DangerousGetHandle(), bytes, most);
    }

    /// <summary>Whether poll(2) says that the descriptor is readable, within the given time.</summary>
    public static bool IsReadable(SafeHandle handle, int timeoutMs = 0)
    {
        PollFd one = new() { Descriptor = (int)handle.DangerousGetHandle(), Events = 1 };
        int found;
        do
        {
            found = Poll(&one, 1, timeoutMs);
        }
        while (found < 0 && Marshal.GetLastPInvokeError() == 4);
        return found > 0;
    }

    /// <summary>Whether one of two descriptors becomes readable within the given time.</summary>
    public static bool IsEitherReadable(SafeHandle one, SafeHandle other, int timeoutMs)
    {
        PollFd* both = stackalloc PollFd[2];
        both[0] = new() { Descriptor = (int)one.DangerousGetHandle(), Events = 1 };
        both[1] = new() { Descriptor = (int)other.DangerousGetHandle(), Events = 1 };
        int found;
        do
        {
            found = Poll(both, 2, timeoutMs);
        }
        while (found < 0 && Marshal.GetLastPInvokeError() == 4);
        return found > 0;
    }

    /// <summary>The timer slack of this thread in nanoseconds.</summary>
    public static long TimerSlack() => ProcessControl(30, 0, 0, 0, 0); // PR_GET_TIMERSLACK

    /// <summary>Sends a signal to one thread of this process.</summary>
    public static void Signal(int thread, int signal) => _ = ThreadKill(Environment.ProcessId, thread, signal);

    /// <summary>Sends a signal to this process.</summary>
    public static void Raise(int signal) => Kill(Environment.ProcessId, signal);

    /// <summary>Sends a signal to a process.</summary>
    public static void Kill(int process, int signal)
    {
        NeedsLinux();
        if (SendSignal(process, signal) != 0)
        {
            throw new IOException("kill", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Has reads and writes of this open file block, for whoever has it.</summary>
    public static void Block(SafeHandle handle)
    {
        if (Control((int)handle.DangerousGetHandle(), 4, 0) != 0) // F_SETFL
        {
            throw new IOException("fcntl", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Takes O_CLOEXEC away.</summary>
    public static void InheritOnExec(SafeHandle handle)
    {
        if (Control((int)handle.DangerousGetHandle(), 2, 0) != 0) // F_SETFD
        {
            throw new IOException("fcntl", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>The kernel's number of this thread.</summary>
    public static int ThreadId() => (int)SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 186 : 178);

    /// <summary>Has a signal do nothing but interrupt: no SA_RESTART, so that system calls fail with EINTR.</summary>
    public static void InterruptOn(int signal)
    {
        // A handler in C#, even an empty one, must not run while the thread is in managed code; abs(3) takes an int and does nothing.
        // struct sigaction of glibc and musl on 64-bit Linux: handler, mask (128 bytes), flags.
        byte* action = stackalloc byte[256];
        new Span<byte>(action, 256).Clear();
        *(nint*)action = NativeLibrary.GetExport(NativeLibrary.GetMainProgramHandle(), "abs");
        SetAction(signal, action);
    }

    /// <summary>Has a signal do again what it does in a program that knows nothing of it.</summary>
    public static void RestoreDefault(int signal)
    {
        byte* action = stackalloc byte[256];
        new Span<byte>(action, 256).Clear(); // SIG_DFL
        SetAction(signal, action);
    }

    private static void SetAction(int signal, byte* action)
    {
        if (SignalAction(signal is > 0 and < SignalCount ? signal : throw new ArgumentOutOfRangeException(nameof(signal)), action, null) != 0)
        {
            throw new IOException("sigaction", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Opens a descriptor's number anew, as a copy of another one, behind the back of whoever uses it.</summary>
    public static void Replace(int number, SafeHandle by)
    {
        if (Duplicate((int)by.DangerousGetHandle(), number) < 0)
        {
            throw new IOException("dup2", Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Sets the soft limit of open files; returns the one before.</summary>
    public static ulong LimitOpenFiles(ulong limit)
    {
        ulong* values = stackalloc ulong[2];
        _ = GetLimit(7, values); // RLIMIT_NOFILE
        ulong before = values[0];
        values[0] = limit;
        return SetLimit(7, values) == 0 ? before : throw new IOException("setrlimit", Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "mkfifo", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFrom(int descriptor, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollFd* descriptors, nuint count, int timeoutMs);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "tgkill", SetLastError = true)]
    private static partial int ThreadKill(int process, int thread, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number);

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int SignalAction(int signal, byte* action, byte* old);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Duplicate(int descriptor, int number);

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetLimit(int resource, ulong* values);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong* values);

    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }
}
