using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

/// <summary>A pipe, a FIFO or a terminal: read(2) and write(2). A blocking one may be a terminal only where opening that anew was refused.</summary>
/// <param name="file">The descriptor; this owns it.</param>
/// <param name="canRead">Whether it is for reading, otherwise for writing.</param>
/// <param name="isNonBlocking">Whether its open file is non-blocking. When it is not, because it is shared with programs that would not bear that, poll(2) is asked before
/// each call, and a write is as short as is promised not to block (pipe(7), PIPE_BUF).</param>
internal sealed unsafe class DescriptorChannel(SafeFileHandle file, bool canRead, bool isNonBlocking) : ByteChannel
{
    private const int NeverBlocks = 4096; // PIPE_BUF

    public override SafeHandle Handle => file;

    public override bool CanRead => canRead;

    public override bool CanWrite => !canRead;

    public override int Receive(Span<byte> buffer, out SocketError error)
    {
        if (!IsReady(NetAbi.PollIn, out error))
        {
            return 0;
        }

        fixed (byte* first = buffer)
        {
            int count = Count(NetAbi.Read(file, first, buffer.Length), out error);
            error = error == SocketError.Shutdown ? SocketError.Success : error; // the end
            return count;
        }
    }

    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        if (!IsReady(NetAbi.PollOut, out error))
        {
            return 0;
        }

        fixed (byte* first = bytes)
        {
            return Count(NetAbi.Write(file, first, isNonBlocking ? bytes.Length : Math.Min(bytes.Length, NeverBlocks)), out error);
        }
    }

    public override void CompleteWriting()
    {
        // Only closing says so to the reader of a pipe, and that is what comes next.
    }

    public override void Dispose() => file.Dispose();

    private bool IsReady(short events, out SocketError error)
    {
        error = SocketError.Success;
        if (isNonBlocking)
        {
            return true;
        }

        var one = new NetAbi.PollFd { Descriptor = (int)file.DangerousGetHandle(), Events = events };
        if (NetAbi.Poll(&one, 1, 0) > 0)
        {
            return true;
        }

        error = SocketError.WouldBlock;
        return false;
    }

    // A terminal whose other side is gone gives EIO.
    private static int Count(nint count, out SocketError error)
    {
        const int InputOutput = 5; // EIO
        error = SocketError.Success;
        if (count >= 0)
        {
            return (int)count;
        }

        int number = Marshal.GetLastPInvokeError();
        error = number switch
        {
            InputOutput => SocketError.Shutdown,
            Errno.Interrupted => SocketError.WouldBlock, // level-triggered: it comes again
            _ => NetworkErrors.FromErrno(number),
        };
        return 0;
    }
}
