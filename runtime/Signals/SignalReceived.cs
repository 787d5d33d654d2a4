using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>A signal came, once or more often since the handler was called last.</summary>
/// <param name="Signal">Which one, as the handler was added for.</param>
/// <param name="Count">How often, as far as the system tells: it holds at most one of a kind that waits, signals above 31 apart.</param>
public readonly record struct SignalReceived(PosixSignal Signal, long Count);
