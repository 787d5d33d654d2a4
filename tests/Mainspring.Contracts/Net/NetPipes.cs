using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Pipes as a shell makes them.</summary>
internal static unsafe partial class NetPipes
{
    private const int GetFlags = 3; // F_GETFL
    private const int NonBlocking = 0x800; // O_NONBLOCK
    private const int CloseOnExec = 0x80000; // O_CLOEXEC
    private const int ReadWrite = 2; // O_RDWR
    private const int NoControl = 0x100; // O_NOCTTY
    private const nuint Unlock = 0x40045431; // TIOCSPTLCK
    private const nuint GetNumber = 0x80045430; // TIOCGPTN

    public static (SafeFileHandle Read, SafeFileHandle Write) Blocking()
    {
        int* ends = stackalloc int[2];
        return Pipe(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new IOException("pipe2");
    }

    /// <summary>A terminal: the side of the terminal's program, and the side of who is run in it, which is blocking as a shell leaves it.</summary>
    public static (SafeFileHandle Master, SafeFileHandle Slave) Terminal()
    {
        int master = Open("/dev/ptmx", ReadWrite | NoControl | CloseOnExec);
        int zero = 0;
        int number = 0;
        if (master < 0 || Command(master, Unlock, &zero) != 0 || Command(master, GetNumber, &number) != 0)
        {
            throw new SkipException("needs pseudo-terminals");
        }

        int slave = Open($"/dev/pts/{number}", ReadWrite | NoControl | CloseOnExec);
        return slave >= 0
            ? (new SafeFileHandle(master, ownsHandle: true), new SafeFileHandle(slave, ownsHandle: true))
            : throw new SkipException("needs pseudo-terminals");
    }

    public static bool IsNonBlocking(SafeFileHandle file) => (Control(file, GetFlags, 0) & NonBlocking) != 0;

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Command(int descriptor, nuint command, int* value);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(SafeFileHandle file, int command, int argument);
}
