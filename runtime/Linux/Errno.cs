using System.Runtime.InteropServices;

namespace Mainspring.Linux;

/// <summary>An error number of the kernel, as a value, until someone chooses to throw (errno(3)).</summary>
internal readonly record struct Errno(int Number)
{
    public static readonly Errno None = new(0);
    public static readonly Errno Permission = new(1);       // EPERM
    public static readonly Errno NoEntry = new(2);          // ENOENT
    public static readonly Errno Interrupted = new(4);      // EINTR
    public static readonly Errno BadDescriptor = new(9);    // EBADF
    public static readonly Errno Again = new(11);           // EAGAIN
    public static readonly Errno Exists = new(17);          // EEXIST
    public static readonly Errno TableFull = new(23);       // ENFILE
    public static readonly Errno TooManyOpen = new(24);     // EMFILE
    public static readonly Errno NoSpace = new(28);         // ENOSPC
    public static readonly Errno NotImplemented = new(38);  // ENOSYS

    /// <summary>The error of the P/Invoke that has just returned.</summary>
    public static Errno Last => new(Marshal.GetLastPInvokeError());

    /// <summary>The system's words for it.</summary>
    public string Message => Marshal.GetPInvokeErrorMessage(Number);

    /// <summary>An exception that says what was tried, on what, what the system said, and what to do.</summary>
    public IOException ToException(string what) => new($"{what}: {Message}{Remedy}", Number);

    private string Remedy => this switch
    {
        _ when this == TooManyOpen => "; this process has too many open files: raise its limit ('ulimit -n', LimitNOFILE= in a unit file) or close some",
        _ when this == TableFull => "; the whole system has too many open files (sysctl fs.file-max)",
        _ when this == NoSpace => "; the limit of watched descriptors is reached (sysctl fs.epoll.max_user_watches)",
        _ => "",
    };
}
