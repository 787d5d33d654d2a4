using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Mainspring.Net.Linux;

namespace Mainspring.Net;

/// <summary>A connected stream socket. Its <see cref="System.Net.Sockets.Socket"/> is never used asynchronously, so that only this loop's poller watches it.</summary>
internal sealed unsafe class SocketChannel : ByteChannel
{
    private readonly Socket _socket;
    private readonly int _descriptor; // held until Dispose: the calls of each message need no look at the handle
    private bool _isClosed;

    public SocketChannel(Socket socket)
    {
        _socket = socket;
        socket.Blocking = false;
        (LocalEndPoint, RemoteEndPoint) = (Address(socket, isRemote: false), Address(socket, isRemote: true));
        bool isHeld = false;
        socket.SafeHandle.DangerousAddRef(ref isHeld);
        _descriptor = (int)socket.SafeHandle.DangerousGetHandle();
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

    /// <summary>Its number, held until <see cref="Dispose"/>; -1 afterwards, when it may be another file's.</summary>
    public int Descriptor => _isClosed ? -1 : _descriptor;

    /// <summary>recv(2). By the system's own call: that of the framework looks at more than has to be looked at for each message.</summary>
    public static int Receive(int descriptor, Span<byte> buffer, out SocketError error)
    {
        nint count;
        fixed (byte* first = buffer)
        {
            count = NetAbi.Receive(descriptor, first, buffer.Length, NetAbi.DontWait);
        }

        error = count >= 0 ? SocketError.Success : NetworkErrors.FromErrno(Marshal.GetLastSystemError());
        return (int)Math.Max(0, count);
    }

    /// <summary>send(2).</summary>
    public static int Send(int descriptor, ReadOnlySpan<byte> bytes, out SocketError error)
    {
        nint count;
        fixed (byte* first = bytes)
        {
            count = NetAbi.Send(descriptor, first, bytes.Length, NetAbi.NoSignal | NetAbi.DontWait);
        }

        error = count >= 0 ? SocketError.Success : NetworkErrors.FromErrno(Marshal.GetLastSystemError());
        return (int)Math.Max(0, count);
    }

    public override int Receive(Span<byte> buffer, out SocketError error) => Receive(Descriptor, buffer, out error);

    public override int Send(ReadOnlySpan<byte> bytes, out SocketError error) => Send(Descriptor, bytes, out error);

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

    public override void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            _socket.SafeHandle.DangerousRelease();
            _socket.Dispose();
        }
    }

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
