using System.Buffers;
using System.Runtime.InteropServices;

namespace Mainspring.Processes;

/// <summary>
/// What a child process reads, as a stream that is written asynchronously, on the loop's thread. A write completes when the system has taken all of it, so a child that reads slowly holds its writer back. Disposing it
/// is the end that the child sees, after what was queued. A child that does not read any more is an <see cref="IOException"/> with the number EPIPE (32).
/// </summary>
public sealed class ChildInputStream : Stream, IPipeEndOwner
{
    private readonly PipeEnd _end;
    private readonly PipeWait _wait;
    private readonly int _capacity;
    private byte[]? _queue;         // rented while something is queued
    private int _first;
    private int _count;
    private ReadOnlyMemory<byte> _left;
    private bool _isClosing;        // when all is written
    private bool _wasRefused;
    private Exception? _failure;
    private Action<Exception?>? _onClosed;
    private Action? _onDrained;

    internal ChildInputStream(MainLoop loop, PipeFile file, string name, int capacity)
    {
        _capacity = capacity;
        _end = new PipeEnd(loop, file, name, this);
        _wait = new PipeWait(loop, error =>
        {
            _left = default;
            _wait!.Complete(0, error);
            Settle();
        });
    }

    /// <summary>How many bytes wait in the queue of <see cref="TryWrite"/>.</summary>
    public int QueuedBytes => _count;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => !_isClosing && !_end.File.IsClosed;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Writes all of the bytes or none, without waiting: what the system does not take now is queued, up to <see cref="ProcessOptions.WriteQueueSize"/>.</summary>
    /// <param name="bytes">The bytes; they are copied.</param>
    /// <returns>False when the queue has no room for them, or a <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/> waits: nothing was written then. A protocol is told when the queue is empty.</returns>
    /// <exception cref="IOException">The child does not read any more.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed, or the loop.</exception>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        ThrowIfClosed();
        if (_wait.IsBusy || bytes.Length > _capacity - _count)
        {
            _wasRefused = true;
            return false;
        }

        int error = ProcessAbi.Again;
        if (_count == 0)
        {
            int written = Write(bytes, out error);
            if (error is not (0 or ProcessAbi.Again))
            {
                throw Fail(error);
            }

            bytes = bytes[written..];
        }

        if (!bytes.IsEmpty)
        {
            Enqueue(bytes);
        }

        if (error != 0)
        {
            _end.WatchFor(PollEvents.Writable);
        }

        return true;
    }

    /// <summary>Writes bytes, after those that are queued.</summary>
    /// <param name="buffer">The bytes; they must stay as they are until the task completes.</param>
    /// <param name="cancellationToken">Ends the wait; some of the bytes may have been written then.</param>
    /// <returns>Completes when the system has taken all. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">Another write waits.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed, or the loop.</exception>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ThrowIfClosed();
        if (_wait.IsBusy)
        {
            throw new InvalidOperationException($"{_end.Name} is being written already: await one write before the next.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_count == 0)
        {
            int written = Write(buffer.Span, out int error);
            if (error is not (0 or ProcessAbi.Again))
            {
                return ValueTask.FromException(Fail(error));
            }

            buffer = buffer[written..];
            if (error == 0)
            {
                return default;
            }
        }

        _left = buffer;
        _end.WatchFor(PollEvents.Writable);
        short version = _wait.Start(cancellationToken);
        return new ValueTask(_wait, version);
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Waits until nothing is queued.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Completes when the system has taken all.</returns>
    public override Task FlushAsync(CancellationToken cancellationToken) => _count == 0 && !_end.File.IsWriting ? Task.CompletedTask : WriteAsync(default(ReadOnlyMemory<byte>), cancellationToken).AsTask();

    /// <summary>Does nothing: <see cref="FlushAsync"/> waits for what is queued.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported: it would block the loop.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write would block the loop: use WriteAsync or TryWrite.");

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    void IPipeEndOwner.OnWatched(SourceHandle source)
    {
    }

    void IPipeEndOwner.OnReady(PollEvents ready)
    {
        while (_count > 0)
        {
            int written = Write(_queue.AsSpan(_first, _count), out int error);
            _first += written;
            _count -= written;
            if (error != 0)
            {
                if (error != ProcessAbi.Again)
                {
                    Fail(error);
                }

                return;
            }
        }

        GiveBackQueue();
        if (_wait.IsWaiting)
        {
            int written = Write(_left.Span, out int error);
            if (error is not (0 or ProcessAbi.Again))
            {
                Fail(error);
                return;
            }

            _left = _left[written..];
            if (error != 0)
            {
                return;
            }

            _wait.Complete(0);
        }

        Settle();
        if (_wasRefused && !_isClosing)
        {
            _wasRefused = false;
            _onDrained?.Invoke();
        }
    }

    void IPipeEndOwner.OnHangUp() => Fail(ProcessAbi.BrokenPipe);

    void IPipeEndOwner.OnLoopEnd() => Close(new ObjectDisposedException(nameof(MainLoop), $"{_end.Name}: its loop was disposed."));

    /// <summary>Tells a protocol of the end of the pipe, and that its queue is empty after it was refused.</summary>
    internal void StartTelling(Action<Exception?> onClosed, Action onDrained)
    {
        if (_end.File.IsClosed)
        {
            onClosed(null); // by the first callback
            return;
        }

        (_onClosed, _onDrained) = (onClosed, onDrained);
        _end.WatchFor(PollEvents.None);
    }

    /// <summary>Ends it now, whatever is queued.</summary>
    internal void Abort() => Close(null);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isClosing)
        {
            _isClosing = true;
            Settle();
        }

        base.Dispose(disposing);
    }

    // All was written: the end that was asked for, or rest.
    private void Settle()
    {
        if (_count > 0 || _wait.IsWaiting || _end.File.IsWriting)
        {
            return;
        }

        if (_isClosing)
        {
            Close(null);
        }
        else
        {
            _end.Rest();
        }
    }

    private void Close(Exception? error)
    {
        if (_end.File.IsClosed)
        {
            return;
        }

        _failure = error;
        _count = 0;
        GiveBackQueue();
        _end.Close();
        if (_wait.IsWaiting)
        {
            _left = default;
            _wait.Complete(0, error ?? new ObjectDisposedException(nameof(ChildInputStream), $"{_end.Name} was closed while a write waited."));
        }

        _onClosed?.Invoke(error);
    }

    private IOException Fail(int error)
    {
        var failure = new IOException(
            error == ProcessAbi.BrokenPipe ? $"{_end.Name}: the child process does not read any more; it has closed its input, or ended" : $"{_end.Name}: {Marshal.GetPInvokeErrorMessage(error)}", error);
        Close(failure);
        return failure;
    }

    private void ThrowIfClosed()
    {
        if (_failure is IOException failure)
        {
            throw new IOException(failure.Message, failure.HResult);
        }

        ObjectDisposedException.ThrowIf(_isClosing || _end.File.IsClosed, this);
    }

    private int Write(ReadOnlySpan<byte> bytes, out int error)
    {
        int written = _end.File.Write(bytes, out error);
        _end.Context?.CountBytes(written);
        return written;
    }

    private void Enqueue(ReadOnlySpan<byte> bytes)
    {
        _queue ??= ArrayPool<byte>.Shared.Rent(_capacity);
        if (_first + _count + bytes.Length > _queue.Length)
        {
            Buffer.BlockCopy(_queue, _first, _queue, 0, _count);
            _first = 0;
        }

        bytes.CopyTo(_queue.AsSpan(_first + _count));
        _count += bytes.Length;
    }

    private void GiveBackQueue()
    {
        _first = 0;
        if (_queue is { } queue)
        {
            _queue = null;
            ArrayPool<byte>.Shared.Return(queue);
        }
    }
}
