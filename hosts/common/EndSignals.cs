using System.Globalization;
using System.Runtime.InteropServices;

namespace Mainspring.Hosts;

/// <summary>
/// SIGINT, SIGTERM and SIGHUP (the terminal was closed) end a run cleanly, on Windows also Ctrl-Break and the session's end: the first of them stops it, the second is left to the system, which ends the
/// process. Under nohup(1), which has SIGHUP ignored, it stays so. It is no <see cref="Mainspring.RunOptions.StopOn"/>, because it has to hold before there is a loop, and across loops that run one after the other.
/// </summary>
internal sealed class EndSignals : IDisposable
{
    private static readonly ManualResetEventSlim s_never = new();

    private readonly Action _stop;
    private readonly List<IDisposable> _registrations = [];
    private int _signals;

    /// <summary>Listens from now on.</summary>
    /// <param name="stop">Stops the run; called on a thread of its own.</param>
    public EndSignals(Action stop)
    {
        _stop = stop;
        bool ignoresHangUp = IsIgnored(number: 1); // asked before anything of ours changes it
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal));
        if (!ignoresHangUp)
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal));
        }

        if (OperatingSystem.IsWindows())
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, OnSignal));
            _registrations.Add(new Windows.SessionEnd(() => OnSignal(new PosixSignalContext(PosixSignal.SIGTERM))));
        }
    }

    /// <summary>Whether one of them has come.</summary>
    public bool HasCome => Volatile.Read(ref _signals) > 0;

    public void Dispose()
    {
        foreach (IDisposable registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = Interlocked.Increment(ref _signals) == 1;
        _stop();
        if (OperatingSystem.IsWindows() && context.Signal is PosixSignal.SIGHUP or PosixSignal.SIGTERM)
        {
            context.Cancel = true;
            s_never.Wait(); // Windows ends the process as soon as this returns: so that the run ends first, for which it gives some seconds
        }
    }

    // proc_pid_status(5): SigIgn is a mask in hexadecimal, the lowest bit is signal 1.
    private static bool IsIgnored(int number)
    {
        const string Field = "SigIgn:";
        string? line = OperatingSystem.IsLinux() && File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(static line => line.StartsWith(Field, StringComparison.Ordinal))
            : null;
        return line is not null
            && ulong.TryParse(line.AsSpan(Field.Length).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out ulong mask)
            && (mask & (1UL << (number - 1))) != 0;
    }
}
