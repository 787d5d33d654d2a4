using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>The signals that end a run: the first of them all is for the loop, those after it are left to the system, which ends the process even when the loop is stuck.</summary>
internal sealed class Interrupts : IDisposable
{
    private readonly List<SourceHandle> _sources = [];
    private int _taken;

    public Interrupts(MainLoop loop, IReadOnlyList<PosixSignal> signals, Action<PosixSignal> onFirst)
    {
        try
        {
            foreach (PosixSignal signal in signals)
            {
                Signals.CheckHandled(signal);
                SourceHandle source = loop.Add(new SignalSource(signal, IsFirst), RetryPolicy.Never).On((in SignalReceived received, in EventInfo _) => onFirst(received.Signal));
                _sources.Add(source);
                source.Unref();
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (SourceHandle source in _sources)
        {
            source.Remove();
        }
    }

    private bool IsFirst() => Interlocked.Increment(ref _taken) == 1;
}
