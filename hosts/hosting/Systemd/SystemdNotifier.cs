using System.Globalization;
using System.Text;

namespace Mainspring.Hosting;

/// <summary>
/// Tells systemd how the service is: ready, stopping, what it is doing, and, from the loop itself, that it is alive (sd_notify(3), <c>Type=notify</c> and <c>WatchdogSec=</c> of
/// systemd.service(5)). Sending never waits and never throws: what the manager does not take is counted. Any thread, but for <see cref="FeedFrom"/>.
/// </summary>
public sealed class SystemdNotifier : IDisposable
{
    private const int LongestStatus = 256;

    private static readonly TimeSpan s_shortestFeeding = TimeSpan.FromMilliseconds(1);

    private readonly NotifySocket _socket;
    private long _failures;
    private int _isStopping;

    /// <summary>A notifier for one socket.</summary>
    /// <param name="socket">A path, or <c>@</c> and an abstract name.</param>
    /// <param name="watchdog">After how long without a sign of life the manager takes the service for stuck; null when it does not watch.</param>
    /// <exception cref="ArgumentException">The socket is neither a path nor an abstract name, or too long.</exception>
    /// <exception cref="IOException">The system gives no socket.</exception>
    public SystemdNotifier(string socket, TimeSpan? watchdog = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(socket);
        _socket = new NotifySocket(socket);
        Watchdog = watchdog;
    }

    /// <summary>After how long without a sign of life the service is restarted; null when nobody watches.</summary>
    public TimeSpan? Watchdog { get; }

    /// <summary>Messages that the manager did not take.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    /// <summary>The notifier that the environment asks for: <c>$NOTIFY_SOCKET</c>, <c>$WATCHDOG_USEC</c> and <c>$WATCHDOG_PID</c> (sd_watchdog_enabled(3)).</summary>
    /// <returns>Null where there is no service manager that wants to know: not started by systemd, <c>Type=</c> is not <c>notify</c>, or no Linux.</returns>
    /// <exception cref="ArgumentException"><c>$NOTIFY_SOCKET</c> is no socket that this can speak to.</exception>
    /// <exception cref="IOException">The system gives no socket.</exception>
    public static SystemdNotifier? FromEnvironment()
    {
        string? socket = Environment.GetEnvironmentVariable("NOTIFY_SOCKET");
        return OperatingSystem.IsLinux() && !string.IsNullOrEmpty(socket)
            ? new SystemdNotifier(socket, WatchdogOf(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), Environment.GetEnvironmentVariable("WATCHDOG_PID"), Environment.ProcessId))
            : null;
    }

    /// <summary>
    /// Has the loop feed the manager's watchdog, with a timer at a third of its period: now, and then for as long as the loop turns. A loop that is stuck feeds it no more, and the service is restarted.
    /// Does nothing when nobody watches. Loop's thread only. The timer does not keep <see cref="RunOptions.UntilIdle"/> waiting.
    /// </summary>
    /// <param name="loop">The loop.</param>
    /// <returns>The timer; without a watchdog one that is not pending.</returns>
    public TimerHandle FeedFrom(MainLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        if (Watchdog is not { } period)
        {
            return default;
        }

        Feed();
        TimeSpan third = period / 3;
        TimerHandle timer = loop.CallEvery(third > s_shortestFeeding ? third : s_shortestFeeding, static notifier => notifier.Feed(), this, "systemd watchdog");
        timer.Unref();
        return timer;
    }

    /// <summary>The service is up: units that are ordered after it may start now.</summary>
    public void Ready() => Send("READY=1"u8);

    /// <summary>The service is ending. Sent once, however often this is called.</summary>
    public void Stopping()
    {
        if (Interlocked.Exchange(ref _isStopping, 1) == 0)
        {
            Send("STOPPING=1"u8);
        }
    }

    /// <summary>A line for people, which <c>systemctl status</c> shows.</summary>
    /// <param name="text">The line; what is behind its first line break, or beyond about 256 bytes, is cut off.</param>
    public void Status(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny('\n', '\r');
        text = end < 0 ? text : text[..end];
        Span<byte> message = stackalloc byte["STATUS="u8.Length + LongestStatus];
        "STATUS="u8.CopyTo(message);
        Encoding.UTF8.GetEncoder().Convert(text, message["STATUS="u8.Length..], flush: true, out _, out int length, out _);
        Send(message[..("STATUS="u8.Length + length)]);
    }

    /// <summary>Closes the socket; later messages go nowhere.</summary>
    public void Dispose() => _socket.Dispose();

    // A period for another process is not ours (sd_watchdog_enabled(3)).
    internal static TimeSpan? WatchdogOf(string? microseconds, string? process, int self)
    {
        bool isOurs = string.IsNullOrEmpty(process) || (int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id == self);
        return isOurs && long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long period) && period is > 0 and < long.MaxValue / TimeSpan.TicksPerMicrosecond
            ? TimeSpan.FromTicks(period * TimeSpan.TicksPerMicrosecond)
            : null;
    }

    private void Feed() => Send("WATCHDOG=1"u8);

    private void Send(ReadOnlySpan<byte> message)
    {
        if (_socket.Send(message) != 0)
        {
            Interlocked.Increment(ref _failures);
        }
    }
}
