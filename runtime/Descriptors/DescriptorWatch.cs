using System.Runtime.InteropServices;

namespace Mainspring;

/// <summary>The reader and the writer of one descriptor, as one source: epoll(7) knows a descriptor once.</summary>
internal sealed class DescriptorWatch(SafeHandle handle, int number) : IPollableSource
{
    // Neither condition is masked by the other: who only reads, or only writes, is told that the other end is gone.
    private const PollEvents ForReader = PollEvents.Readable | PollEvents.HangUp | PollEvents.Error;
    private const PollEvents ForWriter = PollEvents.Writable | PollEvents.HangUp | PollEvents.Error;

    private SourceContext? _context;

    public string Name { get; } = $"descriptor {number}";

    public int Number => number;

    public SafeHandle Handle => handle;

    public DescriptorCallback? Reader { get; set; }

    public DescriptorCallback? Writer { get; set; }

    public PollEvents Interest => (Reader is null ? PollEvents.None : PollEvents.Readable) | (Writer is null ? PollEvents.None : PollEvents.Writable);

    /// <summary>In its loop.</summary>
    public SourceHandle? Source { get; private set; }

    public void AddTo(MainLoop loop) => Source = loop.Add(this, RetryPolicy.Never)
        .On((in DescriptorReadable _, in EventInfo _) => Reader?.Invoke())
        .On((in DescriptorWritable _, in EventInfo _) => Writer?.Invoke());

    /// <summary>Has the poller watch for what is wanted now.</summary>
    /// <exception cref="IOException">The number means another file by now, or none.</exception>
    public void UpdateInterest() => _context?.SetInterest(Interest);

    public void Attach(SourceContext context) => _context = context;

    public void Detach()
    {
        _context?.Loop.Forget(this);
        _context = null;
    }

    public int Dispatch(PollEvents ready, int maxEvents)
    {
        if ((ready & ForReader) != 0 && Reader is not null)
        {
            _context?.Emit(new DescriptorReadable(ready));
        }

        if ((ready & ForWriter) != 0 && Writer is not null) // not when the reader has removed it
        {
            _context?.Emit(new DescriptorWritable(ready));
        }

        return 1; // never 0: a hang-up is the callbacks' business
    }
}
