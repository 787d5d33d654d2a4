using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Hosting;

/// <summary>The service manager's end of the notification protocol: a datagram socket in the file system or in the abstract namespace (sd_notify(3), unix(7)).</summary>
internal sealed unsafe partial class NotifySocket : IDisposable
{
    private const int Unix = 1;                       // AF_UNIX
    private const int Datagram = 0x80802;             // SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC
    private const int NoSignal = 0x4040;              // MSG_NOSIGNAL | MSG_DONTWAIT
    private const int PathOffset = 2;                 // offsetof(struct sockaddr_un, sun_path)
    private const int PathSize = 108;                 // sizeof(((struct sockaddr_un *)0)->sun_path)

    private readonly SafeFileHandle _socket;
    private readonly byte[] _address;

    /// <summary>Makes a socket; nothing is sent.</summary>
    /// <param name="name">A path, or <c>@</c> and an abstract name, as in <c>$NOTIFY_SOCKET</c>.</param>
    /// <exception cref="ArgumentException">It is neither, or too long.</exception>
    /// <exception cref="IOException">The system gives no socket.</exception>
    public NotifySocket(string name)
    {
        if (name is not ['/' or '@', _, ..])
        {
            throw new ArgumentException($"'{name}' is no notification socket: it is a path that begins with '/', or '@' and an abstract name (sd_notify(3)).");
        }

        // A path may have its terminating zero; an abstract name has no end but the address's.
        int length = Encoding.UTF8.GetByteCount(name);
        if (length + (name[0] == '/' ? 1 : 0) > PathSize)
        {
            throw new ArgumentException($"'{name}' is longer than the {PathSize} bytes that a socket's address has (unix(7)).");
        }

        _address = new byte[PathOffset + length + (name[0] == '/' ? 1 : 0)];
        MemoryMarshal.Write(_address, (ushort)Unix);
        Encoding.UTF8.GetBytes(name, _address.AsSpan(PathOffset));
        if (name[0] == '@')
        {
            _address[PathOffset] = 0;
        }

        _socket = new SafeFileHandle(Open(Unix, Datagram, 0), ownsHandle: true);
        if (_socket.IsInvalid)
        {
            int error = Marshal.GetLastPInvokeError();
            throw new IOException($"The system gives no socket for notifications: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    /// <summary>Sends one message, without ever waiting. Any thread.</summary>
    /// <returns>0, or the error: the manager is not there, or its queue is full.</returns>
    public int Send(ReadOnlySpan<byte> message)
    {
        if (_socket.IsClosed)
        {
            return 0; // the process is at its end
        }

        fixed (byte* bytes = message, address = _address)
        {
            return SendTo(_socket, bytes, (nuint)message.Length, NoSignal, address, (uint)_address.Length) < 0 ? Marshal.GetLastPInvokeError() : 0;
        }
    }

    public void Dispose() => _socket.Dispose();

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Open(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(SafeFileHandle socket, byte* bytes, nuint count, int flags, byte* address, uint addressLength);
}
