using System.Runtime.InteropServices;

namespace Mainspring.Devices.Linux;

/// <summary>
/// The signals that concern a terminal. They are told on other threads: what has to happen before the process stops or ends happens there, the rest is news for the loop.
/// </summary>
internal sealed class TerminalSignals : IDisposable
{
    private readonly TerminalSession _session;
    private readonly SourceContext _context;
    private readonly List<PosixSignalRegistration> _registrations = [];
    private int _news;

    public TerminalSignals(TerminalSession session, SourceContext context)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The signals of a terminal need Linux.");
        }

        (_session, _context) = (session, context);
        On(PosixSignal.SIGWINCH, _ => Tell(TerminalNews.Resized));
        On(PosixSignal.SIGCONT, _ => Tell(TerminalNews.Continued));
        On(PosixSignal.SIGTSTP, Stop);
        On(PosixSignal.SIGINT, End);
        On(PosixSignal.SIGQUIT, End);
        On(PosixSignal.SIGTERM, End);
        On(PosixSignal.SIGHUP, End);
    }

    /// <summary>Sends what a control key means to all programs that the shell has started together.</summary>
    public static void Raise(int signal) => _ = Libc.Kill(0, signal);

    /// <summary>What has happened since the last call.</summary>
    public TerminalNews Take() => _news == 0 ? TerminalNews.None : (TerminalNews)Interlocked.Exchange(ref _news, 0);

    public void Dispose() => _registrations.ForEach(static registration => registration.Dispose());

    private void On(PosixSignal signal, Action<PosixSignalContext> handler) => _registrations.Add(PosixSignalRegistration.Create(signal, handler));

    private void Tell(TerminalNews news)
    {
        Interlocked.Or(ref _news, (int)news);
        _context.Wake();
    }

    // Ctrl-Z. The runtime's own handler has replaced what the system would do, so it is done here: SIGSTOP stops the whole process, until SIGCONT.
    private void Stop(PosixSignalContext context)
    {
        if (context.Cancel)
        {
            return;
        }

        context.Cancel = true;
        if (ProcessGroups.IsOrphaned())
        {
            return; // as the system does it: nobody could continue it
        }

        _session.End();
        Tell(TerminalNews.Stopped);
        _ = Libc.Kill(Environment.ProcessId, TerminalAbi.Stop);
    }

    // Unless another handler cancels it, the runtime now ends the process by this signal. If not, the loop finds the terminal given back, and takes it again.
    private void End(PosixSignalContext context)
    {
        if (!context.Cancel)
        {
            _session.End();
            Tell(TerminalNews.Ended);
        }
    }
}
