using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>A signal has cancelled what <c>Run</c> ran. A program that ends by it usually gives the exit code 128 + <see cref="Number"/>, as a shell expects.</summary>
public sealed class LoopInterruptedException : OperationCanceledException
{
    internal LoopInterruptedException(string message, PosixSignal signal, Exception inner, CancellationToken token)
        : base(message, inner, token) =>
        Signal = signal;

    /// <summary>The signal.</summary>
    public PosixSignal Signal { get; }

    /// <summary>Its number, on Linux.</summary>
    public int Number => Signals.NumberOf(Signal);
}
