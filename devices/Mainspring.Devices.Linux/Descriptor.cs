using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>Non-blocking read(2) and write(2) that give the error as a value.</summary>
internal static unsafe class Descriptor
{
    /// <summary>Reads what is there.</summary>
    /// <returns>How many bytes; 0 with <see cref="Errno.None"/> is the end.</returns>
    public static int Read(SafeFileHandle file, Span<byte> buffer, out Errno error)
    {
        fixed (byte* first = buffer)
        {
            while (true)
            {
                nint count = Libc.Read(file, first, buffer.Length);
                error = count < 0 ? Errno.Last : Errno.None;
                if (error != Errno.Interrupted)
                {
                    return (int)Math.Max(0, count);
                }
            }
        }
    }

    /// <summary>Writes what the system takes now.</summary>
    /// <returns>How many bytes; <see cref="Errno.Again"/> says that it takes none.</returns>
    public static int Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, out Errno error)
    {
        fixed (byte* first = bytes)
        {
            while (true)
            {
                nint count = Libc.Write(file, first, bytes.Length);
                error = count < 0 ? Errno.Last : Errno.None;
                if (error != Errno.Interrupted)
                {
                    return (int)Math.Max(0, count);
                }
            }
        }
    }
}
