using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Net;

/// <summary>
/// A file that is written to from its present position on, such as standard output that was redirected. No poller takes a file, since it is always ready; so a pipe into which nobody writes is
/// watched in its place, which is as ready. In each turn of the loop it takes so much and no more: who writes without end waits as for any other connection, and the others have their turn.
/// </summary>
internal sealed unsafe class FileChannel : ByteChannel
{
    private const int MostInTurn = 64 * 1024;

    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle _other;
    private readonly SafeFileHandle _watched;
    private int _left = MostInTurn;

    public FileChannel(SafeFileHandle file)
    {
        _file = file;
        int* ends = stackalloc int[2];
        if (NetAbi.Pipe(ends, NetAbi.PipeFlags) != 0)
        {
            throw NetworkErrors.MakeLast("make a pipe");
        }

        _other = new SafeFileHandle(ends[0], ownsHandle: true);
        _watched = new SafeFileHandle(ends[1], ownsHandle: true);
    }

    public override SafeHandle Handle => _watched;

    public override bool CanRead => false;

    public override int Receive(Span<byte> buffer, out SocketError error)
    {
        error = SocketError.OperationNotSupported;
        return 0;
    }

    public override void BeginTurn() => _left = MostInTurn;

    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error)
    {
        if (_left == 0)
        {
            error = SocketError.WouldBlock;
            return 0;
        }

        fixed (byte* first = bytes)
        {
            nint count = NetAbi.Write(_file, first, Math.Min(bytes.Length, _left));
            int number = count < 0 ? Marshal.GetLastPInvokeError() : 0;
            _left -= (int)Math.Max(0, count);
            error = number switch
            {
                0 => SocketError.Success,
                Errno.Interrupted => SocketError.WouldBlock,
                _ => NetworkErrors.FromErrno(number),
            };
            return (int)Math.Max(0, count);
        }
    }

    public override void CompleteWriting()
    {
        // A file has no other end that would be told.
    }

    public override void Dispose()
    {
        _file.Dispose();
        _watched.Dispose();
        _other.Dispose();
    }
}
