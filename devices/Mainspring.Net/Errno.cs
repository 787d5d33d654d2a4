namespace Mainspring.Net;

/// <summary>Error numbers of the kernel (errno(3)).</summary>
internal static class Errno
{
    public const int Permission = 1;            // EPERM
    public const int NoEntry = 2;               // ENOENT
    public const int Interrupted = 4;           // EINTR
    public const int BadDescriptor = 9;         // EBADF
    public const int Again = 11;                // EAGAIN
    public const int NoMemory = 12;             // ENOMEM
    public const int Access = 13;               // EACCES
    public const int Invalid = 22;              // EINVAL
    public const int TableFull = 23;            // ENFILE
    public const int TooManyOpen = 24;          // EMFILE
    public const int BrokenPipe = 32;           // EPIPE
    public const int NotImplemented = 38;       // ENOSYS
    public const int NoSocket = 88;             // ENOTSOCK
    public const int MessageTooLong = 90;       // EMSGSIZE
    public const int FamilyNotSupported = 97;   // EAFNOSUPPORT
    public const int AddressInUse = 98;         // EADDRINUSE
    public const int AddressNotAvailable = 99;  // EADDRNOTAVAIL
    public const int NetworkDown = 100;         // ENETDOWN
    public const int NetworkUnreachable = 101;  // ENETUNREACH
    public const int Aborted = 103;             // ECONNABORTED
    public const int Reset = 104;               // ECONNRESET
    public const int NoBuffers = 105;           // ENOBUFS
    public const int TimedOut = 110;            // ETIMEDOUT
    public const int Refused = 111;             // ECONNREFUSED
    public const int HostUnreachable = 113;     // EHOSTUNREACH
    public const int InProgress = 115;          // EINPROGRESS
}
