using System.Runtime.InteropServices;

namespace Mainspring.Processes;

/// <summary>How a child process has ended.</summary>
/// <param name="Code">What it returned, 0 to 255, on Windows any number; when a signal has ended it, 128 and the signal's number, as a shell says; 255 when it is not known.</param>
/// <param name="Signal">The signal that has ended it, on Windows the one that was asked for here; null when it ended by itself.</param>
/// <param name="HasDumped">Whether it has left a core dump.</param>
/// <param name="IsKnown">False when somebody else has reaped the child, so that nobody can say: a waitpid(-1) in this process, or SIGCHLD that was ignored when it began.</param>
public readonly record struct ChildExit(int Code, PosixSignal? Signal = null, bool HasDumped = false, bool IsKnown = true)
{
    /// <summary>Whether it ended by itself with 0.</summary>
    public bool IsSuccess => IsKnown && Signal is null && Code == 0;

    /// <summary>"exit code 3", or "SIGKILL"; of what Windows itself has ended, also the status: "exit code -1073741819 (0xC0000005)".</summary>
    public override string ToString() =>
        !IsKnown ? "unknown exit code: somebody else has reaped it" : Signal is { } signal ? $"{Signals.NameOf(signal)}{(HasDumped ? " (core dumped)" : "")}" : $"exit code {Code}{(Code < 0 ? $" (0x{Code:X8})" : "")}";

    internal static ChildExit Unknown => new(255, IsKnown: false);

    internal static ChildExit From(in ProcessAbi.SignalInfo info) => info.Code == ProcessAbi.Exited
        ? new ChildExit(info.Status)
        : new ChildExit(128 + info.Status, Signals.FromNumber(info.Status), info.Code == ProcessAbi.Dumped);
}

/// <summary>A child process has ended; emitted by its source.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Exit">How.</param>
public readonly record struct ChildExited(int Pid, ChildExit Exit);

/// <summary>Bytes came through a pipe of a child process; emitted by the pipe's source when a protocol reads it.</summary>
/// <param name="bytes">The bytes, valid during the event.</param>
public readonly ref struct ChildData(ReadOnlySpan<byte> bytes)
{
    /// <summary>The bytes, valid during the event.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}
