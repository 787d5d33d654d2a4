using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>The system calls of the devices, as in their man pages. tests/headers checks the numbers and layouts against the C headers.</summary>
internal static unsafe partial class Libc
{
    public const int OpenDevice = 0x80902;              // O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
    public const int LockExclusively = 6;               // LOCK_EX | LOCK_NB
    public const int Unlock = 8;                        // LOCK_UN
    public const nuint GetTermios2 = 0x802C542A;        // TCGETS2
    public const nuint SetTermios2 = 0x402C542B;        // TCSETS2
    public const nuint SetExclusive = 0x540C;           // TIOCEXCL
    public const nuint ClearExclusive = 0x540D;         // TIOCNXCL
    public const nuint GetOutputQueue = 0x5411;         // TIOCOUTQ
    public const nuint GetPseudoTerminalNumber = 0x80045430; // TIOCGPTN
    public const nuint GetExclusive = 0x80045440;       // TIOCGEXCL

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeFileHandle descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(SafeFileHandle descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeFileHandle descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeFileHandle descriptor, void* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);

    // The calling process is 0.
    [LibraryImport("libc", EntryPoint = "getpgid", SetLastError = true)]
    public static partial int ProcessGroup(int process);

    [LibraryImport("libc", EntryPoint = "posix_openpt", SetLastError = true)]
    public static partial int OpenPseudoTerminal(int flags);

    [LibraryImport("libc", EntryPoint = "grantpt", SetLastError = true)]
    public static partial int GrantPseudoTerminal(SafeFileHandle master);

    [LibraryImport("libc", EntryPoint = "unlockpt", SetLastError = true)]
    public static partial int UnlockPseudoTerminal(SafeFileHandle master);

    // Returns the error itself, and does not set errno.
    [LibraryImport("libc", EntryPoint = "ptsname_r")]
    public static partial int NameOfPseudoTerminal(SafeFileHandle master, byte* buffer, nuint size);
}
