using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

/// <summary>A part of a file on its way to a socket.</summary>
internal sealed class FilePart
{
    private const int Piece = 512 * 1024;    // in one call, so that a slow disk does not hold the loop for long
    private const int BufferSize = 64 * 1024; // of what is copied

    private readonly SafeFileHandle _file;
    private readonly long _offset;
    private readonly long _wanted;

    public FilePart(SafeFileHandle file, long offset, long? count)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count ?? 0, nameof(count));
        (_file, _offset, _wanted) = (file, offset, count ?? long.MaxValue);
        IsAtEnd = _wanted == 0;
    }

    public long Sent { get; private set; }

    public bool IsAtEnd { get; private set; }

    /// <summary>Has the system send what the socket takes now (sendfile(2)).</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="count">How many bytes it took.</param>
    /// <returns><see cref="SocketError.OperationNotSupported"/>: the system cannot, of this kind of file.</returns>
    public unsafe SocketError Send(SafeHandle socket, out int count)
    {
        long at = _offset + Sent;
        nint sent = NetAbi.SendFile(socket, _file, &at, (nint)Math.Min(_wanted - Sent, Piece));
        int error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
        count = (int)Math.Max(0, sent);
        Sent += count;
        IsAtEnd = Sent == _wanted || (sent == 0 && error == 0);
        return error is Errno.Invalid or Errno.NotImplemented ? SocketError.OperationNotSupported : NetworkErrors.FromErrno(error);
    }

    /// <summary>Reads the rest on the executor, and has each piece written.</summary>
    /// <returns>How many bytes were sent in all.</returns>
    public async LoopTask<long> Copy(MainLoop loop, Func<ReadOnlyMemory<byte>, LoopTask> write)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        bool isReading = false; // the loop can end before the read does, which then still writes into the buffer
        try
        {
            while (!IsAtEnd)
            {
                (long at, int most) = (_offset + Sent, (int)Math.Min(_wanted - Sent, BufferSize));
                isReading = true;
                int read = await loop.RunInExecutor(() => RandomAccess.Read(_file, buffer.AsSpan(0, most), at), CancellationToken.None);
                isReading = false;
                if (read > 0)
                {
                    await write(buffer.AsMemory(0, read));
                }

                Sent += read;
                IsAtEnd = Sent == _wanted || read == 0;
            }

            return Sent;
        }
        finally
        {
            if (!isReading)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
