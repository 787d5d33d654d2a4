using System.Runtime.ExceptionServices;

namespace Mainspring.Devices;

/// <summary>Writes what a device takes now: how many bytes. None means later, or never again when the device is broken.</summary>
internal delegate int WriteToDevice(ReadOnlySpan<byte> bytes, out bool isBroken);

/// <summary>
/// Bounded, non-blocking writes to a device: straight to it while it takes them, into a queue when it does not, and with an interest in
/// <see cref="PollEvents.Writable"/> only while something is queued. Loop's thread only.
/// </summary>
internal sealed class QueuedWriter
{
    private readonly Func<string> _name;
    private readonly ByteRing _queue;
    private readonly WriteToDevice _write;
    private readonly LinkedList<SerialWait> _waiting = [];
    private readonly Action<SerialWait, Exception> _giveUp;
    private SourceContext? _context;
    private bool _isOpen;
    private bool _isWatching;

    public QueuedWriter(Func<string> name, int capacity, WriteToDevice write)
    {
        _name = name;
        _queue = new ByteRing(capacity);
        _write = write;
        _giveUp = GiveUp;
    }

    public int QueuedBytes => _queue.Count;

    public long WrittenBytes { get; private set; }

    public long DroppedBytes { get; private set; }

    /// <summary>Nothing can be written any more.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Nothing is queued, and nobody waits.</summary>
    public bool IsEmpty => _queue.Count == 0 && _waiting.Count == 0;

    /// <summary>While it is set, what is written stays in the queue.</summary>
    public bool IsHeld
    {
        get;
        set
        {
            field = value;
            UpdateInterest();
        }
    }

    /// <summary>Whether the device's input is wanted.</summary>
    public bool IsReading
    {
        get;
        set
        {
            if (field != value)
            {
                field = value;
                _context?.SetInterest(Interest);
            }
        }
    } = true;

    /// <summary>What the device is watched for always: a handle of Windows tells of a hang-up in no other way.</summary>
    public PollEvents LeastInterest { get; init; }

    /// <summary>What the device is to be watched for.</summary>
    public PollEvents Interest => LeastInterest | (IsReading ? PollEvents.Readable : PollEvents.None) | (_isWatching ? PollEvents.Writable : PollEvents.None);

    /// <summary>The device is there.</summary>
    public void Open()
    {
        _isOpen = true;
        IsBroken = false;
    }

    /// <summary>The device is watched by a loop now, or, with null, no longer.</summary>
    public void Watch(SourceContext? context)
    {
        _context = context;
        _isWatching = context is not null && _queue.Count > 0 && !IsHeld;
    }

    /// <summary>Ends it: what is queued is dropped and counted, and waiting writes fail.</summary>
    public void Close()
    {
        _isOpen = false;
        _context = null;
        _isWatching = false;
        IsHeld = false;
        DropQueue();
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            first.Value.Complete(ExceptionDispatchInfo.SetCurrentStackTrace(
                new IOException($"{_name()}: the port was closed before all bytes were queued; {first.Value.Left.Length} were not.")));
        }
    }

    /// <summary>What the device had taken was broken off: dropped, not written.</summary>
    public void TakeBack(int bytes)
    {
        WrittenBytes -= bytes;
        DroppedBytes += bytes;
    }

    /// <summary>Drops what is queued; what waits takes its place.</summary>
    public void Discard()
    {
        DropQueue();
        FeedQueue();
        UpdateInterest();
    }

    /// <summary>See <see cref="ISerialPort.TryWrite"/>.</summary>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > _queue.Capacity)
        {
            throw new ArgumentException($"{_name()}: {bytes.Length} bytes never fit the write queue of {_queue.Capacity}; write them in pieces, use WriteAsync, or make the queue larger.", nameof(bytes));
        }

        if (!_isOpen || _waiting.Count > 0 || bytes.Length > _queue.Room)
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

    /// <summary>See <see cref="ISerialPort.WriteAsync(ReadOnlyMemory{byte}, TimeSpan, CancellationToken)"/>; null waits for ever.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan? timeout, CancellationToken cancellationToken)
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

        var waiter = new SerialWait(context.Loop, bytes, _giveUp, timeout, cancellationToken);
        _waiting.AddLast(waiter);
        ValueTask task = waiter.Task;
        FeedQueue();
        UpdateInterest();
        return task;
    }

    /// <summary>Writes what is queued, as far as the system takes it; at most two pieces, so that other sources have their turn.</summary>
    public void WriteQueued()
    {
        for (int piece = 0; piece < 2 && _queue.Count > 0 && !IsBroken && !IsHeld; piece++)
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
        if (!_isOpen || IsBroken || IsHeld)
        {
            return 0;
        }

        int written = _write(bytes, out bool isBroken);
        WrittenBytes += written;
        if (isBroken)
        {
            // Whatever can still be read comes first: the source's next dispatch sees to both.
            IsBroken = true;
            _context?.Wake();
        }

        return written;
    }

    private void DropQueue()
    {
        DroppedBytes += _queue.Count;
        _queue.Remove(_queue.Count);
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

    private void GiveUp(SerialWait waiter, Exception reason)
    {
        if (_waiting.Remove(waiter))
        {
            waiter.Complete(reason is TimeoutException ? new TimeoutException($"{_name()}: {waiter.Left.Length} bytes found no room in the write queue in time.") : reason);
            FeedQueue();
            UpdateInterest();
        }
    }

    private void UpdateInterest()
    {
        bool wants = _queue.Count > 0 && !IsBroken && !IsHeld && _context is not null;
        if (wants != _isWatching)
        {
            _isWatching = wants;
            _context?.SetInterest(Interest);
        }
    }
}
