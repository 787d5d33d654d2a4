using System.Buffers;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

public abstract partial class Connection
{
    private const int FilePiece = 512 * 1024; // in one call, so that a slow disk does not hold the loop for long

    /// <summary>Sends a part of a file, after what was written before. Over a socket the system copies it by itself (sendfile(2)); with TLS, or where it cannot, it is read on the
    /// executor and written. Nothing else may be written meanwhile.</summary>
    /// <param name="file">The file, open for reading.</param>
    /// <param name="offset">Where the part begins.</param>
    /// <param name="count">How long it is; null is to the file's end.</param>
    /// <param name="cancellationToken">Ends it; some of the part may have been sent.</param>
    /// <returns>How many bytes were sent: fewer than asked for when the file ended before. Awaited once.</returns>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public async LoopTask<long> SendFile(SafeFileHandle file, long offset = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count ?? 0, nameof(count));
        CheckAccess();
        long wanted = count ?? long.MaxValue;
        long sent = 0;
        if (this is DescriptorConnection { Channel: SocketChannel } socket)
        {
            while (Unsent > 0)
            {
                await socket.WaitForRoom(cancellationToken);
            }

            while (sent < wanted)
            {
                cancellationToken.ThrowIfCancellationRequested();
                socket.CheckWritable();
                long now = SendPiece(socket, file, offset + sent, Math.Min(wanted - sent, FilePiece), out int error);
                if (now == 0 && error == 0)
                {
                    return sent; // the file's end
                }

                if (error is Errno.Invalid or Errno.NotImplemented)
                {
                    break; // not of this kind of file
                }

                if (error is not (0 or Errno.Again or Errno.Interrupted))
                {
                    NetworkException failure = NetworkErrors.Make($"{Name}: send file", NetworkErrors.FromErrno(error));
                    Fail(failure);
                    throw failure;
                }

                sent += now;
                if (error == Errno.Again)
                {
                    await socket.WaitForRoom(cancellationToken);
                }
                else
                {
                    await Loop.Yield();
                }
            }
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            while (sent < wanted)
            {
                (long at, int most) = (offset + sent, (int)Math.Min(wanted - sent, Piece));
                int read = await Loop.RunInExecutor(() => RandomAccess.Read(file, buffer.AsSpan(0, most), at), CancellationToken.None);
                if (read == 0)
                {
                    break;
                }

                await WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                sent += read;
            }

            return sent;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static unsafe long SendPiece(DescriptorConnection socket, SafeFileHandle file, long offset, long count, out int error)
    {
        nint sent = NetAbi.SendFile(socket.Handle, file, &offset, (nint)count);
        error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
        socket.CountBytes((int)Math.Max(0, sent));
        return Math.Max(0, sent);
    }
}
