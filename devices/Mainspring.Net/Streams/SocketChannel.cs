using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

/// <summary>A connected stream socket. Its <see cref="System.Net.Sockets.Socket"/> is never used asynchronously, so that only this loop's poller watches it.</summary>
internal sealed class SocketChannel : ByteChannel
{
    private readonly Socket _socket;

    public SocketChannel(Socket socket)
    {
        _socket = socket;
        socket.Blocking = false;
        (LocalEndPoint, RemoteEndPoint) = (Address(socket, isRemote: false), Address(socket, isRemote: true));
    }

    public override SafeHandle Handle => _socket.SafeHandle;

    public override Socket Socket => _socket;

    public override EndPoint? LocalEndPoint { get; }

    public override EndPoint? RemoteEndPoint { get; }

    /// <summary>A socket around a descriptor that came from the system.</summary>
    public static SocketChannel Own(SafeSocketHandle handle)
    {
        try
        {
            return new SocketChannel(new Socket(handle));
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public override int Receive(Span<byte> buffer, out SocketError error) => _socket.Receive(buffer, SocketFlags.None, out error);

    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error) => _socket.Send(bytes, SocketFlags.None, out error);

    public override void CompleteWriting()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other end has gone already, which reading will tell.
        }
    }

    public override void PrepareAbort()
    {
        try
        {
            _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // It has gone already: there is nobody to tell.
        }
    }

    public override SocketError TakeError() => NetworkErrors.FromErrno(NetAbi.TakeError(_socket.SafeHandle));

    public override void Dispose() => _socket.Dispose();

    private static EndPoint? Address(Socket socket, bool isRemote)
    {
        try
        {
            return isRemote ? socket.RemoteEndPoint : socket.LocalEndPoint;
        }
        catch (SocketException)
        {
            return null; // it has gone already
        }
    }
}
