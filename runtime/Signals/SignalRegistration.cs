using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>A handler of a signal, until it is disposed. Loop's thread only.</summary>
[DebuggerDisplay("{Signal}")]
public sealed class SignalRegistration : IDisposable
{
    private readonly SourceHandle _source;

    internal SignalRegistration(MainLoop loop, PosixSignal signal, Action<SignalReceived> callback)
    {
        Signal = signal;
        _source = loop.Add(new SignalSource(signal), RetryPolicy.Never).On((in SignalReceived received, in EventInfo _) =>
        {
            Received += received.Count;
            callback(received);
        });
        _source.Unref(); // waiting for a signal is nothing that a program has to do
        _source.Waits.Removed += () => loop.Forget(this);
    }

    /// <summary>The signal.</summary>
    public PosixSignal Signal { get; }

    /// <summary>How often it came, as far as the system tells.</summary>
    public long Received { get; private set; }

    /// <summary>Removes the handler: without another one in this process the signal does again what it does by default. Idempotent; within the handler too.</summary>
    public void Dispose() => _source.Remove();
}
