using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net.Linux;

/// <summary>The system calls of the network, as in their man pages, where those of the framework throw or hop threads. tests/headers checks the numbers against the C headers.</summary>
internal static unsafe partial class NetAbi
{
    public const int StreamNonBlocking = 0x80801;   // SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC
    public const int DatagramNonBlocking = 0x80802; // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
    public const int AcceptFlags = 0x80800;         // SOCK_NONBLOCK | SOCK_CLOEXEC
    public const int FamilyUnix = 1;                // AF_UNIX
    public const int FamilyInet = 2;                // AF_INET
    public const int FamilyInet6 = 10;              // AF_INET6
    public const int SocketLevel = 1;               // SOL_SOCKET
    public const int ReuseAddress = 2;              // SO_REUSEADDR
    public const int SocketErrorOption = 4;         // SO_ERROR
    public const int SendBuffer = 7;                // SO_SNDBUF
    public const int ReceiveBuffer = 8;             // SO_RCVBUF
    public const int ReusePort = 15;                // SO_REUSEPORT
    public const int KeepAlive = 9;                 // SO_KEEPALIVE
    public const int LevelTcp = 6;                  // IPPROTO_TCP
    public const int NoDelay = 1;                   // TCP_NODELAY
    public const int KeepAliveTime = 4;             // TCP_KEEPIDLE
    public const int KeepAliveInterval = 5;         // TCP_KEEPINTVL
    public const int KeepAliveCount = 6;            // TCP_KEEPCNT
    public const int UserTimeout = 18;              // TCP_USER_TIMEOUT
    public const int CurrentFolder = -100;          // AT_FDCWD
    public const int NoFollow = 0x100;              // AT_SYMLINK_NOFOLLOW
    public const uint StatusBasic = 0x7FF;          // STATX_BASIC_STATS
    public const int ModeMask = 0xF000;             // S_IFMT
    public const int ModeSocket = 0xC000;           // S_IFSOCK
    public const int LevelV6 = 41;                  // IPPROTO_IPV6
    public const int OnlyV6 = 26;                   // IPV6_V6ONLY
    public const int ErrorFromQueue = 0x2000;       // MSG_ERRQUEUE
    public const int NoSignal = 0x4000;             // MSG_NOSIGNAL
    public const int DontWait = 0x40;               // MSG_DONTWAIT
    public const int OpenReadNonBlocking = 0x80900;  // O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    public const int OpenWriteNonBlocking = 0x80901; // O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    public const int DuplicateCloexec = 1030;       // F_DUPFD_CLOEXEC
    public const int GetStatusFlags = 3;            // F_GETFL
    public const int NonBlocking = 0x800;           // O_NONBLOCK
    public const short PollIn = 1;                  // POLLIN
    public const short PollOut = 4;                 // POLLOUT
    public const int PipeFlags = 0x80800;           // O_NONBLOCK | O_CLOEXEC
    public const int NameRequired = 8;              // NI_NAMEREQD
    public const int NumericService = 2;            // NI_NUMERICSERV
    public const int DatagramService = 16;          // NI_DGRAM

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    public static partial int Accept(SafeHandle socket, byte* address, int* length, int flags);

    [LibraryImport("libc", EntryPoint = "connect", SetLastError = true)]
    public static partial int Connect(SafeHandle socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static partial int Bind(SafeHandle socket, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "getsockopt", SetLastError = true)]
    public static partial int GetOption(SafeHandle socket, int level, int option, int* value, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(SafeHandle socket, int level, int option, int* value, int length);

    // Called for each message, these two leave their error where the system has put it: Marshal.GetLastSystemError, at once. To note it for GetLastPInvokeError, whether there is one
    // or not, takes as long as all the rest of the call. They may not keep the collector waiting (SuppressGCTransition): on a connection of this machine a send runs the other end's receiving too.
    [LibraryImport("libc", EntryPoint = "recv")]
    public static partial nint Receive(int socket, byte* buffer, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "send")]
    public static partial nint Send(int socket, byte* bytes, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    public static partial nint SendTo(SafeHandle socket, byte* bytes, nint count, int flags, byte* address, int length);

    [LibraryImport("libc", EntryPoint = "recvfrom", SetLastError = true)]
    public static partial nint ReceiveFrom(SafeHandle socket, byte* bytes, nint count, int flags, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "sendfile", SetLastError = true)]
    public static partial nint SendFile(SafeHandle to, SafeHandle from, long* offset, nint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(SafeHandle descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(SafeHandle descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "isatty")]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollFd* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    public static partial int Pipe(int* ends, int flags);

    // Returns an error of its own kind (EAI_…), and does not set errno.
    [LibraryImport("libc", EntryPoint = "getnameinfo")]
    public static partial int NameInfo(byte* address, int length, byte* host, int hostLength, byte* service, int serviceLength, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(int folder, string path, int flags, uint mask, FileStatus* status);

    /// <summary>Closes a descriptor that has no owner yet.</summary>
    public static void Close(int descriptor) => new SafeFileHandle(descriptor, ownsHandle: true).Dispose();

    /// <summary>The error that a socket keeps (SO_ERROR), taken from it.</summary>
    public static int TakeError(SafeHandle socket)
    {
        int error = 0;
        int length = sizeof(int);
        return GetOption(socket, SocketLevel, SocketErrorOption, &error, &length) == 0 ? error : Marshal.GetLastPInvokeError();
    }

    /// <summary>Sets an option that is a number; false when the system refuses.</summary>
    public static bool SetNumber(SafeHandle socket, int level, int option, int value) => SetOption(socket, level, option, &value, sizeof(int)) == 0;

    /// <summary>struct statx: which file it is, and of what kind.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;     // stx_mode
        [FieldOffset(32)]
        public ulong Inode;     // stx_ino
        [FieldOffset(136)]
        public uint DeviceMajor; // stx_dev_major
        [FieldOffset(140)]
        public uint DeviceMinor; // stx_dev_minor
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }
}
