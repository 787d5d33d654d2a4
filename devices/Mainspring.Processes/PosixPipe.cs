using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Processes;

/// <summary>A non-blocking descriptor of pipe2(2).</summary>
[SupportedOSPlatform("linux")]
internal sealed unsafe class PosixPipe(SafeFileHandle file) : PipeFile
{
    public override SafeHandle Handle => file;

    public override PollEvents LeastInterest => PollEvents.None;

    public override bool IsClosed => file.IsClosed;

    public override bool HasHungUp => true; // nothing else is told then

    public override bool IsWriting => false;

    public override int Read(Span<byte> buffer, out int error)
    {
        while (true)
        {
            nint count;
            fixed (byte* first = buffer)
            {
                count = Libc.Read(file, first, buffer.Length);
            }

            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error != ProcessAbi.Interrupted)
            {
                return (int)Math.Max(0, count);
            }
        }
    }

    public override int Write(ReadOnlySpan<byte> bytes, out int error)
    {
        error = 0;
        int written = 0;
        while (written < bytes.Length)
        {
            nint count;
            fixed (byte* first = bytes[written..])
            {
                count = Libc.Write(file, first, bytes.Length - written);
            }

            error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error is not (0 or ProcessAbi.Interrupted))
            {
                break;
            }

            written += (int)Math.Max(0, count);
        }

        return written;
    }

    public override void Dispose() => file.Dispose();
}
