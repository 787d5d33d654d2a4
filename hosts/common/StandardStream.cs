using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Hosts;

/// <summary>Standard output or standard error, that says when its reader has gone: the streams of <see cref="Console"/> keep silent then (write(2), poll(2)).</summary>
internal sealed unsafe partial class StandardStream(int descriptor) : Stream
{
    public const int Output = 1;
    public const int Error = 2;

    private const int Interrupted = 4;      // EINTR
    private const int Again = 11;           // EAGAIN
    private const int BrokenPipe = 32;      // EPIPE
    private const short Writable = 4;       // POLLOUT

    private readonly SafeFileHandle _file = new(descriptor, ownsHandle: false);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether a write failed because the other end of the pipe was closed.</summary>
    public static bool IsReaderGone(Exception? failure) => failure is IOException { HResult: BrokenPipe };

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint count;
            fixed (byte* first = buffer)
            {
                count = WriteTo(_file, first, buffer.Length);
            }

            int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error == Again)
            {
                WaitForRoom(); // whoever shares the descriptor has made it non-blocking
            }
            else if (error is not (0 or Interrupted))
            {
                throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
            }

            buffer = buffer[(int)Math.Max(0, count)..];
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void WaitForRoom()
    {
        PollFd one = new() { Descriptor = descriptor, Events = Writable };
        _ = Poll(&one, 1, Timeout.Infinite);
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteTo(SafeFileHandle descriptor, byte* bytes, nint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollFd* descriptors, nuint count, int timeoutMs);

    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }
}
