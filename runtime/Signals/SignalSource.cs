using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>
/// A signal as a source of <see cref="SignalReceived"/>. The framework tells of it on a thread of its own, which only counts and wakes the loop. What the
/// signal would do otherwise it does again when the source is detached.
/// </summary>
/// <param name="signal">Which one.</param>
/// <param name="takes">Asked on the framework's thread whether the loop takes the signal; otherwise it does what it would do by default. Null takes all.</param>
internal sealed class SignalSource(PosixSignal signal, Func<bool>? takes = null) : IEventSource
{
    private volatile SourceContext? _context; // null: a signal that is on its way is not ours
    private PosixSignalRegistration? _registration;
    private long _count;

    public string Name { get; } = OperatingSystem.IsLinux() ? $"signal {Signals.NameOf(signal)}" : $"signal {signal}";

    public void Attach(SourceContext context)
    {
        _context = context;
        if (OperatingSystem.IsWindows() && Windows.EndSignal.Of(signal) is { } end)
        {
            end.Add(Take);
        }
        else
        {
            _registration = PosixSignalRegistration.Create(signal, OnSignal);
        }
    }

    public void Detach()
    {
        _context = null;
        _registration?.Dispose();
        _registration = null;
        if (OperatingSystem.IsWindows())
        {
            Windows.EndSignal.Of(signal)?.Remove(Take);
        }
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        // Taken before the handlers run: one that comes meanwhile wakes the source again.
        long count = Interlocked.Exchange(ref _count, 0);
        if (count == 0)
        {
            return 0;
        }

        _context!.Emit(new SignalReceived(signal, count));
        return 1;
    }

    private void OnSignal(PosixSignalContext posix) => posix.Cancel |= Take();

    private bool Take()
    {
        if (_context is not { } context || takes?.Invoke() == false)
        {
            return false;
        }

        Interlocked.Increment(ref _count);
        context.Wake();
        return true;
    }
}
