using System.Net.Sockets;
using System.Text;

namespace Mainspring.Hosting.Tests;

/// <summary>A service manager: a real datagram socket, as systemd's, that remembers what it was told.</summary>
internal sealed class Manager : IDisposable
{
    private const int PatienceMs = 30_000;

    private readonly Socket _socket;
    private readonly string? _path;
    private readonly byte[] _buffer = new byte[4096];

    /// <summary>Skips the test elsewhere.</summary>
    public Manager(bool isAbstract = false)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        string name = $"mainspring-{Guid.NewGuid():N}";
        _path = isAbstract ? null : Path.Combine(Path.GetTempPath(), name);
        Address = _path ?? "@" + name;
        _socket.Bind(new UnixDomainSocketEndPoint(_path ?? "\0" + name));
    }

    /// <summary>What <c>$NOTIFY_SOCKET</c> would be.</summary>
    public string Address { get; }

    public SystemdNotifier Notifier(TimeSpan? watchdog = null) => new(Address, watchdog);

    /// <summary>The next message; waits for it.</summary>
    public string Next() => Next(PatienceMs) ?? throw new TimeoutException("The manager was told nothing.");

    /// <summary>The next message but those that feed the watchdog; waits for it.</summary>
    public string NextButFood()
    {
        string message;
        while ((message = Next()) == "WATCHDOG=1")
        {
        }

        return message;
    }

    /// <summary>All that was sent and not read yet.</summary>
    public List<string> Rest()
    {
        var messages = new List<string>();
        while (_socket.Available > 0)
        {
            messages.Add(Next());
        }

        return messages;
    }

    /// <summary>The next message, or null when none comes for so long.</summary>
    public string? Next(int timeoutMs)
    {
        _socket.ReceiveTimeout = timeoutMs;
        try
        {
            return Encoding.UTF8.GetString(_buffer, 0, _socket.Receive(_buffer));
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            return null;
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (_path is not null)
        {
            File.Delete(_path);
        }
    }
}
