using Microsoft.Win32.SafeHandles;

namespace Mainspring.Linux;

/// <summary>
/// Standard error by write(2). The stream of <see cref="Console"/> holds a lock while it writes, the same for standard output: a reader of the log that has stopped would then
/// stop every <see cref="Console.WriteLine()"/> of the program.
/// </summary>
internal sealed unsafe class StandardError : Stream
{
    private readonly SafeFileHandle _file;

    public StandardError()
        : this(new SafeFileHandle(2, ownsHandle: false))
    {
    }

    internal StandardError(SafeFileHandle file) => _file = file;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            nint count;
            fixed (byte* first = buffer)
            {
                count = Libc.Write(_file, first, buffer.Length);
            }

            Errno error = count < 0 ? Errno.Last : Errno.None;
            if (error == Errno.Again)
            {
                // Whoever shares the descriptor has made it non-blocking.
                Libc.PollFd one = new() { Descriptor = (int)_file.DangerousGetHandle(), Events = Libc.PollOut };
                _ = Libc.PPoll(&one, 1, null, null);
            }
            else if (error != Errno.None && error != Errno.Interrupted)
            {
                throw error.ToException("standard error");
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
}
