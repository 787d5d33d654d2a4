using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>The calls and numbers of inotify(7), which tells of changes in folders. tests/headers checks the numbers.</summary>
internal static partial class Inotify
{
    public const int OpenFlags = 0x80800;               // IN_NONBLOCK | IN_CLOEXEC
    public const uint Attributes = 0x4;                 // IN_ATTRIB
    public const uint MovedFrom = 0x40;                 // IN_MOVED_FROM
    public const uint MovedTo = 0x80;                   // IN_MOVED_TO
    public const uint Created = 0x100;                  // IN_CREATE
    public const uint Deleted = 0x200;                  // IN_DELETE
    public const uint SelfDeleted = 0x400;              // IN_DELETE_SELF
    public const uint SelfMoved = 0x800;                // IN_MOVE_SELF
    public const uint Overflow = 0x4000;                // IN_Q_OVERFLOW
    public const uint Ignored = 0x8000;                 // IN_IGNORED
    public const uint OnlyFolders = 0x1000000;          // IN_ONLYDIR
    public const uint IsFolder = 0x40000000;            // IN_ISDIR

    /// <summary>A descriptor that watches nothing yet.</summary>
    /// <exception cref="IOException">This user or process has too many.</exception>
    public static SafeFileHandle Open(string folder)
    {
        int descriptor = Open(OpenFlags);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw FolderErrors.NoInstance(folder, Errno.Last);
    }

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Add(SafeFileHandle inotify, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch", SetLastError = true)]
    public static partial int Remove(SafeFileHandle inotify, int watch);

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Open(int flags);
}

/// <summary>What stands before the name of what has changed.</summary>
internal struct InotifyEvent // struct inotify_event
{
    public int Watch;                                   // wd
    public uint Mask;                                   // mask
    public uint Cookie;                                 // cookie
    public uint NameLength;                             // len
}
