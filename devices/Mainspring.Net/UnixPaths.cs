using System.Net.Sockets;

namespace Mainspring.Net;

/// <summary>Addresses of Unix sockets (unix(7)).</summary>
internal static class UnixPaths
{
    private const int Longest = 107; // sun_path, without the NUL

    public static bool IsAbstract(string path) => path[0] is '\0' or '@';

    public static UnixDomainSocketEndPoint EndPoint(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        int length = System.Text.Encoding.UTF8.GetByteCount(path);
        return length <= Longest
            ? new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path)
            : throw new ArgumentException($"'{path}' is {length} bytes long, and the path of a Unix socket at most {Longest}: choose a shorter one, or a relative one.", nameof(path));
    }

    /// <summary>Removes the file that a server has left behind when it was killed; one that somebody listens on stays.</summary>
    public static void RemoveStale(string path)
    {
        if (IsAbstract(path) || UnixSocketFile.At(path) is not { } file)
        {
            return;
        }

        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.ConnectionRefused)
        {
            file.Remove();
        }
        catch (SocketException)
        {
            // Somebody listens: bind says so.
        }
    }
}
