using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

public abstract partial class Connection
{
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
        var part = new FilePart(file, offset, count);
        CheckAccess();
        if (this is DescriptorConnection { Channel: SocketChannel } socket)
        {
            while (Unsent > 0)
            {
                await socket.WaitForRoom(cancellationToken);
            }

            while (!part.IsAtEnd)
            {
                cancellationToken.ThrowIfCancellationRequested();
                socket.CheckWritable();
                SocketError error = part.Send(socket.Handle, out int now);
                socket.CountBytes(now);
                if (error == SocketError.OperationNotSupported)
                {
                    break; // not of this kind of file
                }

                if (error == SocketError.WouldBlock)
                {
                    await socket.WaitForRoom(cancellationToken);
                }
                else if (error is SocketError.Success or SocketError.Interrupted)
                {
                    await Loop.Yield();
                }
                else
                {
                    NetworkException failure = NetworkErrors.Make($"{Name}: send file", error);
                    Fail(failure);
                    throw failure;
                }
            }
        }

        return await part.Copy(Loop, Write);

        async LoopTask Write(ReadOnlyMemory<byte> bytes) => await WriteAsync(bytes, cancellationToken);
    }
}
