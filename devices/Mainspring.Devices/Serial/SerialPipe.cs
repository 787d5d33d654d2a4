using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace Mainspring.Devices;

/// <summary>
/// A serial port as a pair of pipes, for parsers that read with a <see cref="PipeReader"/> and write with a <see cref="PipeWriter"/>. It is a view of one connection: made when the port
/// is open, and ended by its hang-up. The port's events are emitted all the same.
/// </summary>
/// <remarks>
/// <para>A reader that is slow: when the capacity is unread, the port reads no more (<see cref="ISerialPort.IsReading"/>) until half of it is; the other side is then held back by flow control, or
/// the system's buffer overruns and that is counted. A writer that is fast: its flush waits. At most one read buffer, and at a hang-up what the system held, exceeds the capacity.</para>
/// <para>At a hang-up, and when the source is removed, the reader is given what had arrived, and then completes; the writer's next flush says that it is completed, or throws an
/// <see cref="IOException"/>. <see cref="EndReason"/> says why. Breaks and wrong characters are no bytes, and so not in the pipe: they are events and counted.</para>
/// <para>A reader or writer may be used on any thread; where it waits, it goes on on the loop. Nothing is allocated once the pipes' segments are there.</para>
/// </remarks>
public sealed class SerialPipe : IDuplexPipe, IDisposable
{
    private readonly ISerialPort _port;
    private readonly SourceHandle _source;
    private readonly Pipe _input;
    private readonly Pipe _output;
    private readonly SourceEventHandler<SerialData> _onData;
    private readonly SourceEventHandler<SerialConnected> _onConnected;
    private readonly Action _onFlushed;
    private readonly long _attaches;
    private readonly CancellationTokenSource _end = new();
    private ValueTaskAwaiter<FlushResult> _flush;
    private bool _isFull;    // a flush waits for the reader
    private bool _isUnread;  // the reader does not want any more

    private SerialPipe(SourceHandle source, ISerialPort port, int capacity)
    {
        _port = port;
        _source = source;
        _attaches = source.Counters.Attaches;
        var options = new PipeOptions(
            readerScheduler: new LoopPipeScheduler(source.Loop), writerScheduler: new LoopPipeScheduler(source.Loop), pauseWriterThreshold: capacity, resumeWriterThreshold: Math.Max(1, capacity / 2), useSynchronizationContext: false);
        _input = new Pipe(options);
        _output = new Pipe(options);
        _onData = OnData;
        _onConnected = OnConnected;
        _onFlushed = OnFlushed;
    }

    /// <summary>What the port receives.</summary>
    public PipeReader Input => _input.Reader;

    /// <summary>What the port sends.</summary>
    public PipeWriter Output => _output.Writer;

    /// <summary>Why the pipes have ended; null while they have not.</summary>
    public string? EndReason { get; private set; }

    /// <summary>Makes the pipes of a port's present connection, from the next data on. Loop's thread only.</summary>
    /// <param name="source">The port's source.</param>
    /// <param name="capacity">How many bytes may wait in each pipe; at least 1.</param>
    /// <returns>The pipes. Dispose them to go on with the port's events alone.</returns>
    /// <exception cref="ArgumentException">The source is no serial port.</exception>
    /// <exception cref="IOException">The port is not open.</exception>
    public static SerialPipe Open(SourceHandle source, int capacity = 65536)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        if (source.Source is not ISerialPort port)
        {
            throw new ArgumentException($"{source.Name} is no serial port.", nameof(source));
        }

        if (!port.IsOpen)
        {
            throw new IOException($"{port.Device}: the port is not open; make its pipes within SerialConnected.");
        }

        var pipe = new SerialPipe(source, port, capacity);
        source.On(pipe._onData);
        source.On(pipe._onConnected);
        _ = pipe.WatchAsync();
        _ = pipe.SendAsync();
        return pipe;
    }

    /// <summary>Ends the pipes; the port stays open, and what is not yet in its write queue is not sent. Idempotent. Loop's thread only.</summary>
    public void Dispose() => End("it was disposed");

    private void OnData(in SerialData e, in EventInfo info)
    {
        if (_isUnread)
        {
            return;
        }

        e.Bytes.CopyTo(_input.Writer.GetSpan(e.Bytes.Length));
        _input.Writer.Advance(e.Bytes.Length);
        if (!_isFull)
        {
            Flush();
        }
    }

    // Another connection, although nothing has said that this one ended: the source had failed in between.
    private void OnConnected(in SerialConnected e, in EventInfo info)
    {
        if (_source.Counters.Attaches != _attaches)
        {
            End("the port was opened anew");
        }
    }

    private void Flush()
    {
#pragma warning disable CA2012 // consumed once: here, or in OnFlushed. An awaiting method would allocate for each wait.
        _flush = _input.Writer.FlushAsync().GetAwaiter();
#pragma warning restore CA2012
        if (_flush.IsCompleted)
        {
            _isUnread = _flush.GetResult().IsCompleted;
            return;
        }

        _isFull = true;
        _port.IsReading = false;
        _flush.UnsafeOnCompleted(_onFlushed);
    }

    private void OnFlushed()
    {
        _isFull = false;
        _isUnread = _flush.GetResult().IsCompleted;
        if (EndReason is null)
        {
            _port.IsReading = true;
            Flush(); // what has come meanwhile, as at a hang-up
        }
    }

    private async Task WatchAsync()
    {
        try
        {
            SerialDisconnected end = await _source.Loop.WaitFor<SerialDisconnected>(_source, _end.Token);
            End(end.Reason);
        }
        catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException)
        {
            End("the port was removed from its loop");
        }
    }

    private async Task SendAsync()
    {
        Exception? failure = null;
        try
        {
            bool isCompleted;
            do
            {
                ReadResult read = await _output.Reader.ReadAsync(_end.Token).ConfigureAwait(false);
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    await _port.WriteAsync(segment, _end.Token).ConfigureAwait(false);
                }

                isCompleted = read.IsCompleted;
                _output.Reader.AdvanceTo(read.Buffer.End);
            }
            while (!isCompleted);
        }
        catch (OperationCanceledException)
        {
            failure = new IOException($"{_port.Device}: the pipe has ended: {EndReason}.");
        }
        catch (Exception exception)
        {
            failure = exception; // it is thrown where the writer flushes
        }

        await _output.Reader.CompleteAsync(failure).ConfigureAwait(false);
    }

    private void End(string reason)
    {
        if (EndReason is not null)
        {
            return;
        }

        EndReason = reason;
        _source.Off(_onData);
        _source.Off(_onConnected);
        _port.IsReading = true;
        _input.Writer.Complete();
        _end.Cancel();
    }
}
