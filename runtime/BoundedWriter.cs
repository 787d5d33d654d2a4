namespace Mainspring;

/// <summary>
/// Writes to a stream that may block (a pipe into <c>less</c>, a slow terminal) from a thread of its own, so that who writes never waits: what
/// does not fit into the buffer is dropped whole, and counted. Any thread. Allocates nothing per write.
/// </summary>
public sealed class BoundedWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly byte[] _buffer; // a ring, guarded by _lock except for the part that is being written
    private readonly object _lock = new();
    private int _start;
    private int _count;
    private Thread? _thread;
    private bool _isClosed;

    /// <summary>Makes a writer; its thread starts with the first write.</summary>
    /// <param name="stream">Where to; disposed with the writer.</param>
    /// <param name="capacity">The buffer's size in bytes.</param>
    public BoundedWriter(Stream stream, int capacity = 64 * 1024)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _stream = stream;
        _buffer = new byte[capacity];
    }

    /// <summary>How many writes were dropped.</summary>
    public long Dropped { get; private set; }

    /// <summary>Why the stream takes no more, or null. Every write is dropped from then on.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Queues bytes, all of them or none.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>False when they were dropped: no room, a broken stream, or a disposed writer.</returns>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (bytes.Length > _buffer.Length - _count || _isClosed || Failure is not null)
            {
                Dropped++;
                return false;
            }

            int end = (_start + _count) % _buffer.Length;
            int first = Math.Min(bytes.Length, _buffer.Length - end);
            bytes[..first].CopyTo(_buffer.AsSpan(end));
            bytes[first..].CopyTo(_buffer);
            _count += bytes.Length;
            if (_thread is null)
            {
                _thread = new Thread(WriteOut, 256 * 1024) { IsBackground = true, Name = "mainspring writer" };
                _thread.Start();
            }

            Monitor.PulseAll(_lock);
            return true;
        }
    }

    /// <summary>Waits until everything that was queued has been written. Not for the loop's thread.</summary>
    /// <param name="timeout">How long at the most.</param>
    /// <returns>False when it was not written in time, or the stream broke.</returns>
    public bool Flush(TimeSpan timeout)
    {
        long endNs = MonotonicClock.SystemNs() + Nanoseconds.From(timeout);
        lock (_lock)
        {
            while (_count > 0 && Failure is null)
            {
                long left = (endNs - MonotonicClock.SystemNs()) / Nanoseconds.PerMillisecond;
                if (left <= 0)
                {
                    return false;
                }

                Monitor.Wait(_lock, (int)Math.Min(left, int.MaxValue));
            }

            return Failure is null;
        }
    }

    /// <summary>Writes what is queued, for at most a second, and closes.</summary>
    public void Dispose() => Close(TimeSpan.FromSeconds(1));

    /// <summary>Writes what is queued, for at most the given time, and closes.</summary>
    internal void Close(TimeSpan timeout)
    {
        if (_isClosed)
        {
            return;
        }

        bool written = Flush(timeout);
        lock (_lock)
        {
            _isClosed = true;
            Monitor.PulseAll(_lock);
        }

        if (written)
        {
            _stream.Dispose(); // a stream that still blocks is left to its thread, which ends with the process
        }
    }

    private void WriteOut()
    {
        HelperThread.Settle(); // the first write may have been a loop's
        while (true)
        {
            int start, length;
            lock (_lock)
            {
                while (_count == 0 && !_isClosed)
                {
                    Monitor.Wait(_lock);
                }

                if (_count == 0)
                {
                    return;
                }

                start = _start;
                length = Math.Min(_count, _buffer.Length - _start);
            }

            Exception? failure = null;
            try
            {
                _stream.Write(_buffer, start, length);
                _stream.Flush();
            }
            catch (Exception exception)
            {
                failure = exception; // told through Failure: there is nowhere to write it
            }

            lock (_lock)
            {
                _start = (_start + length) % _buffer.Length;
                _count -= length;
                Failure ??= failure;
                if (Failure is not null)
                {
                    _count = 0;
                    Monitor.PulseAll(_lock);
                    return;
                }

                Monitor.PulseAll(_lock);
            }
        }
    }
}
