using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Contracts;

/// <summary>Pipes as a shell makes them.</summary>
internal static unsafe partial class NetPipes
{
    private const int GetFlags = 3; // F_GETFL
    private const int NonBlocking = 0x800; // O_NONBLOCK
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    public static (SafeFileHandle Read, SafeFileHandle Write) Blocking()
    {
        int* ends = stackalloc int[2];
        return Pipe(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], ownsHandle: true), new SafeFileHandle(ends[1], ownsHandle: true))
            : throw new IOException("pipe2");
    }

    public static bool IsNonBlocking(SafeFileHandle file) => (Control(file, GetFlags, 0) & NonBlocking) != 0;

    [LibraryImport("libc", EntryPoint = "pipe2")]
    private static partial int Pipe(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int Control(SafeFileHandle file, int command, int argument);
}
