using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Hosts;

/// <summary>Standard output or standard error, that says when its reader has gone: the streams of <see cref="Console"/> keep silent then (write(2), poll(2); WriteFile).</summary>
internal sealed unsafe partial class StandardStream(int descriptor) : Stream
{
    public const int Output = 1;
    public const int Error = 2;

    private const int Interrupted = 4;      // EINTR
    private const int Again = 11;           // EAGAIN
    private const int BrokenPipe = 32;      // EPIPE
    private const short Writable = 4;       // POLLOUT
    private const int BrokenPipeOnWindows = 109; // ERROR_BROKEN_PIPE
    private const int NoReaderOnWindows = 232;   // ERROR_NO_DATA: the pipe is being closed

    private readonly SafeFileHandle _file = new(OperatingSystem.IsWindows() ? StandardHandle(-10 - descriptor) : descriptor, ownsHandle: false); // STD_OUTPUT_HANDLE is -11

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
    public static bool IsReaderGone(Exception? failure) => failure is IOException { HResult: BrokenPipe or BrokenPipeOnWindows or NoReaderOnWindows };

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint count;
            fixed (byte* first = buffer)
            {
                uint written;
                count = !OperatingSystem.IsWindows() ? WriteTo(_file, first, buffer.Length) : WriteFile(_file, first, (uint)buffer.Length, &written, 0) ? (nint)written : -1;
            }

            int error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (error == Again && !OperatingSystem.IsWindows())
            {
                WaitForRoom(); // whoever shares the descriptor has made it non-blocking
            }
            else if (error != 0 && (error != Interrupted || OperatingSystem.IsWindows())) // the numbers of Windows are others
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

    [LibraryImport("kernel32", EntryPoint = "GetStdHandle")]
    private static partial nint StandardHandle(int which);

    [LibraryImport("kernel32", EntryPoint = "WriteFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WriteFile(SafeFileHandle file, byte* buffer, uint count, uint* written, nint overlapped);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollFd* descriptors, nuint count, int timeoutMs);

    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Found;
    }
}
