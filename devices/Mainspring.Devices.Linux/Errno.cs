using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux;

/// <summary>An error number of the kernel, as a value, until someone chooses to throw (errno(3)).</summary>
internal readonly record struct Errno(int Number)
{
    public static readonly Errno None = new(0);
    public static readonly Errno Permission = new(1);       // EPERM
    public static readonly Errno NoEntry = new(2);          // ENOENT
    public static readonly Errno Interrupted = new(4);      // EINTR
    public static readonly Errno InputOutput = new(5);      // EIO
    public static readonly Errno NoAddress = new(6);        // ENXIO
    public static readonly Errno Again = new(11);           // EAGAIN
    public static readonly Errno Access = new(13);          // EACCES
    public static readonly Errno Busy = new(16);            // EBUSY
    public static readonly Errno NoDevice = new(19);        // ENODEV
    public static readonly Errno NotDirectory = new(20);    // ENOTDIR
    public static readonly Errno IsDirectory = new(21);     // EISDIR
    public static readonly Errno Invalid = new(22);         // EINVAL
    public static readonly Errno TooManyOpen = new(24);     // EMFILE
    public static readonly Errno NotTerminal = new(25);     // ENOTTY
    public static readonly Errno NoSpace = new(28);         // ENOSPC
    public static readonly Errno ReadOnly = new(30);        // EROFS

    /// <summary>The error of the P/Invoke that has just returned.</summary>
    public static Errno Last => new(Marshal.GetLastPInvokeError());

    /// <summary>The system's words for it.</summary>
    public string Message => Marshal.GetPInvokeErrorMessage(Number);
}
