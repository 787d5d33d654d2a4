using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Mainspring.Net;

/// <summary>Turns the numbers of the system into words, and into what to do.</summary>
internal static class NetworkErrors
{
    /// <summary>The error of the P/Invoke that has just returned.</summary>
    public static SocketError Last => FromErrno(Marshal.GetLastPInvokeError());

    public static NetworkException Make(string what, SocketError error) => new($"{what}: {Describe(error)}", error);

    public static NetworkException MakeLast(string what)
    {
        int number = Marshal.GetLastPInvokeError();
        SocketError error = FromErrno(number);
        return new NetworkException(error == SocketError.SocketError ? $"{what}: {Marshal.GetPInvokeErrorMessage(number)}" : $"{what}: {Describe(error)}", error);
    }

    public static string Describe(SocketError error)
    {
        string remedy = Remedy(error);
        return remedy.Length > 0 ? remedy : new SocketException((int)error).Message;
    }

    // asm-generic/errno.h; the architectures that .NET runs on agree.
    public static SocketError FromErrno(int number) => number switch
    {
        0 => SocketError.Success,
        Errno.Again => SocketError.WouldBlock,
        Errno.InProgress => SocketError.InProgress,
        Errno.Interrupted => SocketError.Interrupted,
        Errno.Refused => SocketError.ConnectionRefused,
        Errno.Reset => SocketError.ConnectionReset,
        Errno.BrokenPipe => SocketError.Shutdown,
        Errno.TimedOut => SocketError.TimedOut,
        Errno.NetworkUnreachable => SocketError.NetworkUnreachable,
        Errno.HostUnreachable => SocketError.HostUnreachable,
        Errno.NetworkDown => SocketError.NetworkDown,
        Errno.AddressInUse => SocketError.AddressAlreadyInUse,
        Errno.AddressNotAvailable => SocketError.AddressNotAvailable,
        Errno.Access or Errno.Permission => SocketError.AccessDenied,
        Errno.TooManyOpen or Errno.TableFull => SocketError.TooManyOpenSockets,
        Errno.NoBuffers or Errno.NoMemory => SocketError.NoBufferSpaceAvailable,
        Errno.Aborted => SocketError.ConnectionAborted,
        Errno.MessageTooLong => SocketError.MessageSize,
        Errno.FamilyNotSupported => SocketError.AddressFamilyNotSupported,
        Errno.NoEntry => SocketError.HostNotFound, // of a Unix socket: its file is not there
        _ => SocketError.SocketError,
    };

    private static string Remedy(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused; is the service running, and on this address?",
        SocketError.ConnectionReset => "connection reset: the other end went away, or closed without reading all that was sent",
        SocketError.Shutdown => "the other end takes nothing any more (broken pipe)",
        SocketError.TimedOut => "timed out; is the host up, and is no firewall in between?",
        SocketError.NetworkUnreachable => "the network is unreachable; is there a route for this kind of address ('ip route')?",
        SocketError.HostUnreachable => "the host is unreachable; is it up, and in this network?",
        SocketError.AddressAlreadyInUse => "the address is in use; 'ss -lntup' names the program that has it",
        SocketError.AddressNotAvailable => "this is no address of this machine ('ip address' lists them), or all its ports are in use",
        SocketError.AccessDenied => "permission denied; ports below 1024 need CAP_NET_BIND_SERVICE, broadcasts need the Broadcast option, socket files need write permission",
        SocketError.TooManyOpenSockets => "too many open files; raise the limit ('ulimit -n', LimitNOFILE= in a unit file) or close some",
        SocketError.HostNotFound => "there is no such socket; is the service running?",
        SocketError.MessageSize => "the datagram is too long for the network; send smaller ones",
        _ => "",
    };
}
