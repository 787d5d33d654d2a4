using System.Buffers;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

/// <summary>Files that are sent through sockets of one's own.</summary>
public static class LoopSocketFiles
{
    private const int Piece = 64 * 1024;
    private const int FilePiece = 1024 * 1024; // after it, the others on the loop have their turn

    /// <summary>Sends a part of a file by sendfile(2): asyncio's <c>sock_sendfile</c>. Of a kind of file or socket that the system cannot do it with, the file is read on the executor instead.</summary>
    /// <param name="socket">A connected stream socket.</param>
    /// <param name="file">The file. Its position is neither used nor moved.</param>
    /// <param name="offset">Where to begin.</param>
    /// <param name="count">How many bytes; null sends all up to its end.</param>
    /// <param name="cancellationToken">Ends it; some may have been sent.</param>
    /// <returns>How many bytes were sent: fewer than asked for when the file ended before. Awaited once.</returns>
    /// <exception cref="NetworkException">The connection was lost.</exception>
    public static async LoopTask<long> SendFile(
        this LoopSocket socket, SafeFileHandle file, long offset = 0, long? count = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(socket);
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(count ?? 0, nameof(count));
        MainLoop loop = MainLoop.Current ?? throw new InvalidOperationException($"{socket.Name}: a file is sent on the socket's loop, and none runs here.");
        long wanted = count ?? long.MaxValue;
        long sent = 0;
        while (sent < wanted)
        {
            cancellationToken.ThrowIfCancellationRequested();
            long now = SendPiece(socket, file, offset + sent, Math.Min(wanted - sent, FilePiece), out int error);
            if (now == 0 && error == 0)
            {
                return sent; // the file's end
            }

            sent += now;
            switch (error)
            {
                case 0:
                    await loop.Yield();
                    break;
                case Errno.Again or Errno.Interrupted:
                    await socket.WaitWritable(cancellationToken);
                    break;
                case Errno.Invalid or Errno.NotImplemented:
                    return sent + await Copy(loop, socket, file, offset + sent, wanted - sent, cancellationToken);
                default:
                    throw NetworkErrors.Make($"{socket.Name}: send file", NetworkErrors.FromErrno(error));
            }
        }

        return sent;
    }

    private static async LoopTask<long> Copy(MainLoop loop, LoopSocket socket, SafeFileHandle file, long offset, long wanted, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            long sent = 0;
            while (sent < wanted)
            {
                (long at, int most) = (offset + sent, (int)Math.Min(wanted - sent, Piece));
                int read = await loop.RunInExecutor(() => RandomAccess.Read(file, buffer.AsSpan(0, most), at), CancellationToken.None);
                if (read == 0)
                {
                    break;
                }

                await socket.SendAll(buffer.AsMemory(0, read), cancellationToken);
                sent += read;
            }

            return sent;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static unsafe long SendPiece(LoopSocket socket, SafeFileHandle file, long offset, long count, out int error)
    {
        nint sent = NetAbi.SendFile(socket.Handle, file, &offset, (nint)count);
        error = sent < 0 ? Marshal.GetLastPInvokeError() : 0;
        return Math.Max(0, sent);
    }
}
