using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// Signals beyond those that <see cref="PosixSignal"/> names: a positive value is the system's own number (signal(7)). The numbers here are those of Linux.
/// </summary>
public static class Signals
{
    /// <summary>SIGKILL: ends a process; no process can do anything about it.</summary>
    public const PosixSignal Kill = (PosixSignal)SignalNumbers.Kill;

    /// <summary>SIGUSR1: means what the program says; by default it ends it.</summary>
    public const PosixSignal User1 = (PosixSignal)SignalNumbers.User1;

    /// <summary>SIGUSR2: means what the program says; by default it ends it.</summary>
    public const PosixSignal User2 = (PosixSignal)SignalNumbers.User2;

    /// <summary>SIGSTOP: stops a process until SIGCONT; no process can do anything about it.</summary>
    public const PosixSignal Stop = (PosixSignal)SignalNumbers.Stop;

    // Those that PosixSignal names, from -1 downwards.
    private static readonly int[] s_numbers =
    [
        SignalNumbers.HangUp, SignalNumbers.Interrupt, SignalNumbers.Quit, SignalNumbers.Terminate, SignalNumbers.Child,
        SignalNumbers.Continue, SignalNumbers.WindowChange, SignalNumbers.TerminalInput, SignalNumbers.TerminalOutput, SignalNumbers.TerminalStop,
    ];

    private static readonly string?[] s_names =
    [
        null, "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM",
        "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    /// <summary>The system's number of a signal, on Linux.</summary>
    /// <param name="signal">One of <see cref="PosixSignal"/>, or a number.</param>
    /// <returns>Its number, 1 to 64.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    public static int NumberOf(PosixSignal signal) => (int)signal switch
    {
        < 0 and var value when -value <= s_numbers.Length => s_numbers[-value - 1],
        > 0 and <= SignalNumbers.Last => (int)signal,
        _ => throw new ArgumentOutOfRangeException(nameof(signal), (int)signal, $"There is no such signal: give one of PosixSignal, or a number from 1 to {SignalNumbers.Last}."),
    };

    /// <summary>A signal's name, such as <c>SIGUSR1</c>, on Linux.</summary>
    /// <param name="signal">One of <see cref="PosixSignal"/>, or a number.</param>
    /// <returns>Its name; of one without a name, "signal" and its number.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such signal.</exception>
    public static string NameOf(PosixSignal signal)
    {
        int number = NumberOf(signal);
        return number < s_names.Length ? s_names[number]! : $"signal {number}";
    }

    /// <summary>A signal by its number, as <see cref="PosixSignal"/> names it if it does: what compares equal.</summary>
    /// <param name="number">The number, 1 to 64.</param>
    /// <returns>The signal.</returns>
    public static PosixSignal FromNumber(int number)
    {
        int named = Array.IndexOf(s_numbers, NumberOf((PosixSignal)number));
        return (PosixSignal)(named < 0 ? number : -named - 1);
    }

    /// <summary>Throws when no handler can be had for a signal.</summary>
    internal static void CheckHandled(PosixSignal signal)
    {
        if (OperatingSystem.IsWindows())
        {
            if (signal is not (PosixSignal.SIGINT or PosixSignal.SIGQUIT or PosixSignal.SIGHUP or PosixSignal.SIGTERM))
            {
                throw new PlatformNotSupportedException(
                    $"{NameOf(signal)} cannot be handled: Windows has SIGINT (Ctrl-C), SIGQUIT (Ctrl-Break), SIGHUP (the console is closed) and SIGTERM (the system shuts down) only; tell a program anything else by its standard input or an event.");
            }

            return;
        }

        if (!OperatingSystem.IsLinux())
        {
            return; // its numbers are others
        }

        string? reason = NumberOf(signal) switch
        {
            SignalNumbers.Kill or SignalNumbers.Stop => "the system lets no process handle it",
            SignalNumbers.IllegalInstruction or SignalNumbers.Trap or SignalNumbers.Abort or SignalNumbers.BusError or SignalNumbers.FloatingPoint or SignalNumbers.Segment =>
                "it tells of a fault in the thread that runs, and the .NET runtime handles it itself",
            > 31 and <= 34 => "the C library and the .NET runtime use it to interrupt threads",
            _ => null,
        };
        if (reason is not null)
        {
            throw new ArgumentException($"{NameOf(signal)} cannot be handled: {reason}.", nameof(signal));
        }
    }
}
