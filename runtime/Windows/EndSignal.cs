using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Windows;

/// <summary>
/// One of the two signals after which Windows ends the process, whatever it does: SIGHUP, the console's window was closed, and SIGTERM, the user logs off or the system shuts down. It does so as soon as the one who is
/// told returns, and some seconds later when he does not: so all loops are told first, and then the thread is held, until they have ended and the process with them.
/// </summary>
/// <remarks>There is one console and one session for all loops of a process, and so one of these for each signal.</remarks>
[SupportedOSPlatform("windows")]
internal sealed class EndSignal
{
    private static readonly EndSignal s_hangUp = new(PosixSignal.SIGHUP);
    private static readonly EndSignal s_terminate = new(PosixSignal.SIGTERM);
    private static readonly ManualResetEventSlim s_never = new();

    private readonly Lock _lock = new();
    private readonly PosixSignal _signal;
    private readonly List<Func<bool>> _listeners = [];
    private PosixSignalRegistration? _registration;
    private SessionEnd? _sessionEnd;
    private volatile bool _isTaken;

    private EndSignal(PosixSignal signal) => _signal = signal;

    /// <summary>The window by which it hears of the session's end; 0 while it has none.</summary>
    internal nint Window
    {
        get
        {
            lock (_lock)
            {
                return _sessionEnd?.Window ?? 0;
            }
        }
    }

    /// <summary>Finds that of a signal; null when it is another one.</summary>
    public static EndSignal? Of(PosixSignal signal) => signal switch
    {
        PosixSignal.SIGHUP => s_hangUp,
        PosixSignal.SIGTERM => s_terminate,
        _ => null,
    };

    /// <summary>Begins to tell somebody.</summary>
    /// <param name="listener">Called on a thread of the system's; says whether it takes the signal, so that the process is not ended at once.</param>
    public void Add(Func<bool> listener)
    {
        lock (_lock)
        {
            _registration ??= PosixSignalRegistration.Create(_signal, OnSignal);
            if (_signal == PosixSignal.SIGTERM)
            {
                _sessionEnd ??= new SessionEnd(() => Tell());
            }

            _listeners.Add(listener);
        }
    }

    /// <summary>Ends that; one who is being told hears of it all the same.</summary>
    public void Remove(Func<bool> listener)
    {
        lock (_lock)
        {
            if (_listeners.Remove(listener) && _listeners.Count == 0)
            {
                _registration?.Dispose();
                _sessionEnd?.Dispose();
                (_registration, _sessionEnd) = (null, null);
            }
        }
    }

    private void OnSignal(PosixSignalContext context) => context.Cancel = Tell();

    // Does not return when somebody has taken it.
    private bool Tell()
    {
        Func<bool>[] listeners;
        lock (_lock)
        {
            listeners = [.. _listeners];
        }

        bool isTaken = false;
        foreach (Func<bool> listener in listeners)
        {
            isTaken |= listener();
        }

        if (isTaken || _isTaken) // the end that has begun may be told in two ways
        {
            _isTaken = true;
            s_never.Wait();
        }

        return false;
    }
}
