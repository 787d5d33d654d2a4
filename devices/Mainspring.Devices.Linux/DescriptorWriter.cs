using System.Runtime.ExceptionServices;
using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>
/// Bounded, non-blocking writes to a descriptor: straight to the system while it takes them, into a queue when it does not, and with an interest in
/// <see cref="PollEvents.Writable"/> only while something is queued. Loop's thread only.
/// </summary>
internal sealed class DescriptorWriter
{
    private readonly Func<string> _name;
    private readonly ByteRing _queue;
    private readonly LinkedList<WriteWaiter> _waiting = [];
    private readonly Action<WriteWaiter> _cancel;
    private SafeFileHandle? _file;
    private SourceContext? _context;
    private bool _isWatching;

    public DescriptorWriter(Func<string> name, int capacity)
    {
        _name = name;
        _queue = new ByteRing(capacity);
        _cancel = Cancel;
    }

    public bool IsOpen => _file is not null;

    public int QueuedBytes => _queue.Count;

    public long WrittenBytes { get; private set; }

    public long DroppedBytes { get; private set; }

    /// <summary>Why nothing can be written any more; <see cref="Errno.None"/> while it can.</summary>
    public Errno Error { get; private set; }

    /// <summary>What the descriptor is to be watched for.</summary>
    public PollEvents Interest => _isWatching ? PollEvents.Readable | PollEvents.Writable : PollEvents.Readable;

    /// <summary>Starts writing to a descriptor.</summary>
    public void Open(SafeFileHandle file)
    {
        _file = file;
        Error = Errno.None;
    }

    /// <summary>The descriptor is watched by a loop now, or, with null, no longer.</summary>
    public void Watch(SourceContext? context)
    {
        _context = context;
        _isWatching = context is not null && _queue.Count > 0;
    }

    /// <summary>Ends it: what is queued is dropped and counted, and waiting writes fail.</summary>
    public void Close()
    {
        _file = null;
        _context = null;
        _isWatching = false;
        DroppedBytes += _queue.Count;
        _queue.Remove(_queue.Count);
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            first.Value.Complete(ExceptionDispatchInfo.SetCurrentStackTrace(
                new IOException($"{_name()}: the port was closed before all bytes were queued; {first.Value.Left.Length} were not.")));
        }
    }

    /// <summary>See <see cref="ISerialPort.TryWrite"/>.</summary>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _queue.Capacity)
        {
            throw new ArgumentException($"{_name()}: {bytes.Length} bytes never fit the write queue of {_queue.Capacity}; write them in pieces, use WriteAsync, or make the queue larger.", nameof(bytes));
        }

        if (_file is null || _waiting.Count > 0 || bytes.Length > _queue.Room)
        {
            return false;
        }

        if (_queue.Count == 0 && !bytes.IsEmpty)
        {
            bytes = bytes[WriteNow(bytes)..];
        }

        _queue.Add(bytes);
        UpdateInterest();
        return true;
    }

    /// <summary>See <see cref="ISerialPort.WriteAsync"/>.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_context is not { } context)
        {
            return ValueTask.FromException(new IOException($"{_name()}: the port is not open; wait for SerialConnected."));
        }

        if (bytes.Length <= _queue.Capacity && TryWrite(bytes.Span))
        {
            return default;
        }

        var waiter = new WriteWaiter(context.Loop, bytes, _cancel, cancellationToken);
        _waiting.AddLast(waiter);
        ValueTask task = waiter.Task;
        FeedQueue();
        UpdateInterest();
        return task;
    }

    /// <summary>Writes what is queued, as far as the system takes it; at most two pieces, so that other sources have their turn.</summary>
    public void WriteQueued()
    {
        for (int piece = 0; piece < 2 && _queue.Count > 0 && Error == Errno.None; piece++)
        {
            int offered = _queue.First.Length;
            int written = WriteNow(_queue.First);
            _queue.Remove(written);
            FeedQueue();
            if (written < offered)
            {
                break;
            }
        }

        UpdateInterest();
    }

    private int WriteNow(ReadOnlySpan<byte> bytes)
    {
        if (_file is null || Error != Errno.None)
        {
            return 0;
        }

        int written = Descriptor.Write(_file, bytes, out Errno error);
        WrittenBytes += written;
        if (error != Errno.None && error != Errno.Again)
        {
            // Whatever can still be read comes first: the source's next dispatch sees to both.
            Error = error;
            _context?.Wake();
        }

        return written;
    }

    // Moves waiting writes into the queue: as a whole where that is possible, in pieces where it never is.
    private void FeedQueue()
    {
        while (_waiting.First is { Value: var waiter })
        {
            int fits = Math.Min(waiter.Left.Length, _queue.Room);
            if (fits < waiter.Left.Length && waiter.Left.Length <= _queue.Capacity)
            {
                return;
            }

            _queue.Add(waiter.Left.Span[..fits]);
            waiter.Left = waiter.Left[fits..];
            if (!waiter.Left.IsEmpty)
            {
                return;
            }

            _waiting.RemoveFirst();
            waiter.Complete();
        }
    }

    private void Cancel(WriteWaiter waiter)
    {
        if (_waiting.Remove(waiter))
        {
            waiter.Complete(waiter.Cancellation);
            FeedQueue();
            UpdateInterest();
        }
    }

    private void UpdateInterest()
    {
        bool wants = _queue.Count > 0 && Error == Errno.None && _context is not null;
        if (wants != _isWatching)
        {
            _isWatching = wants;
            _context?.SetInterest(Interest);
        }
    }
}
