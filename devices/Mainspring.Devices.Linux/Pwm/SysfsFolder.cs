using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>A folder of sysfs: small files that are read and written whole, each write in one call. Tests put another one in its place.</summary>
internal class SysfsFolder(string root)
{
    private const int ForWriting = 0x80201; // O_WRONLY | O_TRUNC | O_CLOEXEC
    private const int ToLook = 0x80001;     // O_WRONLY | O_CLOEXEC
    private const int ForReading = 0x80000; // O_RDONLY | O_CLOEXEC

    public string Root => root;

    public virtual bool HasFolder(string name) => Directory.Exists(Path.Combine(root, name));

    /// <summary>Whether a file may be written.</summary>
    public virtual Errno TryOpenForWriting(string name)
    {
        Open(name, ToLook, out Errno error)?.Dispose();
        return error;
    }

    /// <summary>Writes a file.</summary>
    public virtual Errno Write(string name, string text)
    {
        using SafeFileHandle? file = Open(name, ForWriting, out Errno error);
        if (file is not null)
        {
            Descriptor.Write(file, Encoding.ASCII.GetBytes(text), out error);
        }

        return error;
    }

    /// <summary>Reads a file, without its line end.</summary>
    public virtual string Read(string name, out Errno error)
    {
        Span<byte> bytes = stackalloc byte[256];
        using SafeFileHandle? file = Open(name, ForReading, out error);
        return file is null ? "" : Encoding.ASCII.GetString(bytes[..Descriptor.Read(file, bytes, out error)]).Trim();
    }

    private SafeFileHandle? Open(string name, int flags, out Errno error)
    {
        while (true)
        {
            int descriptor = Libc.Open(Path.Combine(root, name), flags);
            error = descriptor < 0 ? Errno.Last : Errno.None;
            if (error != Errno.Interrupted)
            {
                return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
            }
        }
    }
}
