using System.Buffers;
using System.Runtime.InteropServices;

namespace Mainspring.Processes;

/// <summary>
/// What a child process writes, as a stream that is read asynchronously, on the loop's thread. Nothing is read ahead: a child that writes faster than it is read is held back by the system, which keeps some 64 KiB.
/// Reading allocates nothing.
/// </summary>
public sealed class ChildOutputStream : Stream, IPipeEndOwner
{
    private const int PushSize = 32 * 1024;
    private const int MaxPushes = 4; // in one dispatch: then it is another source's turn

    private readonly PipeEnd _end;
    private readonly PipeWait _wait;
    private Memory<byte> _buffer;
    private SourceEventHandler<ChildData>? _onData;
    private Action<Exception?>? _onClosed;
    private Exception? _failure;
    private bool _isEnded;

    internal ChildOutputStream(MainLoop loop, PipeFile file, string name)
    {
        _end = new PipeEnd(loop, file, name, this);
        _wait = new PipeWait(loop, error =>
        {
            _buffer = default;
            _wait!.Complete(0, error);
        });
    }

    /// <inheritdoc/>
    public override bool CanRead => _failure is null;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether a protocol is given what comes; true at first. While it is false, nothing is read, and the child is held back.</summary>
    /// <exception cref="InvalidOperationException">No protocol reads this stream: whoever calls <c>ReadAsync</c> decides.</exception>
    public bool IsReading
    {
        get => _end.Wanted == PollEvents.Readable;
        set
        {
            if (_onData is null)
            {
                throw new InvalidOperationException("IsReading is for a child process with a protocol; without one, nothing is read before ReadAsync is called.");
            }

            if (!_isEnded && value)
            {
                _end.WatchFor(PollEvents.Readable);
            }
            else if (!_isEnded)
            {
                _end.Rest();
            }
        }
    }

    /// <summary>Reads what is there, or waits for it.</summary>
    /// <param name="buffer">Where to; it must stay until the task completes.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is lost then.</param>
    /// <returns>How many bytes; 0 when every process that had the other end has closed it. It is awaited once.</returns>
    /// <exception cref="InvalidOperationException">Another read waits, or a protocol reads.</exception>
    /// <exception cref="ObjectDisposedException">The stream was disposed, or the loop.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_onData is not null || _wait.IsBusy)
        {
            throw new InvalidOperationException($"{_end.Name} is being read already{(_onData is null ? ", and one at a time can" : ", by a protocol")}.");
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        if (_failure is { } failure)
        {
            return ValueTask.FromException<int>(failure);
        }

        if (_isEnded || buffer.IsEmpty)
        {
            return new ValueTask<int>(0);
        }

        int count = TryRead(buffer.Span, out int error);
        if (error == ProcessAbi.Again)
        {
            _buffer = buffer;
            _end.WatchFor(PollEvents.Readable);
            short version = _wait.Start(cancellationToken);
            return new ValueTask<int>(_wait, version);
        }

        return error == 0 ? new ValueTask<int>(count) : ValueTask.FromException<int>(Failure(error));
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Not supported: it would block the loop.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read would block the loop: use ReadAsync.");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    void IPipeEndOwner.OnWatched(SourceHandle source)
    {
        if (_onData is not null)
        {
            source.On(_onData);
        }
    }

    void IPipeEndOwner.OnReady(PollEvents ready)
    {
        if (_onData is not null)
        {
            Push();
        }
        else if (_wait.IsWaiting)
        {
            int count = TryRead(_buffer.Span, out int error);
            if (error != ProcessAbi.Again)
            {
                _buffer = default;
                _wait.Complete(count, error == 0 ? null : Failure(error));
            }
        }
        else
        {
            _end.Rest();
        }
    }

    void IPipeEndOwner.OnHangUp()
    {
        // What is left in the pipe is read when somebody asks: from now on no read has to wait.
    }

    void IPipeEndOwner.OnLoopEnd() => End(new ObjectDisposedException(nameof(MainLoop), $"{_end.Name}: its loop was disposed."));

    /// <summary>Gives what comes to a protocol, from now on.</summary>
    internal void StartPushing(SourceEventHandler<ChildData> onData, Action<Exception?> onClosed)
    {
        if (_isEnded)
        {
            onClosed(null); // by the first callback
            return;
        }

        (_onData, _onClosed) = (onData, onClosed);
        _end.WatchFor(PollEvents.Readable);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            End(new ObjectDisposedException(nameof(ChildOutputStream), $"{_end.Name} was disposed."), isOurs: true);
        }

        base.Dispose(disposing);
    }

    private void Push()
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PushSize);
        for (int i = 0; i < MaxPushes && _end.Wanted == PollEvents.Readable && !_isEnded; i++)
        {
            int count = TryRead(buffer, out int error);
            if (error == ProcessAbi.Again)
            {
                break;
            }

            if (error != 0)
            {
                End(Failure(error));
            }
            else if (count > 0)
            {
                _end.Context!.Emit(new ChildData(buffer.AsSpan(0, count)));
            }
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    private int TryRead(Span<byte> buffer, out int error)
    {
        int count = _end.File.Read(buffer, out error);
        if (count > 0)
        {
            _end.Context?.CountBytes(count);
        }
        else if (error == 0)
        {
            End(null);
        }

        return count;
    }

    private void End(Exception? error, bool isOurs = false)
    {
        if (_isEnded)
        {
            return;
        }

        _isEnded = true;
        _failure = error;
        _end.Close();
        if (_wait.IsWaiting && error is not null)
        {
            _buffer = default;
            _wait.Complete(0, error);
        }

        _onClosed?.Invoke(isOurs ? null : error);
    }

    private IOException Failure(int error) => new($"{_end.Name}: {Marshal.GetPInvokeErrorMessage(error)}", error);
}
