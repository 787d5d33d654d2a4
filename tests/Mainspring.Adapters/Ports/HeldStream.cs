namespace Mainspring.Adapters.Ports;

/// <summary>Stands before a port's stream: it can hold a write, and end it as another system's does, and take long to close.</summary>
internal sealed class HeldStream(Stream port) : Stream
{
    private readonly TaskCompletionSource _write = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _holdsWrites;
    private volatile bool _isWriting;

    public bool HoldsWrites
    {
        get => _holdsWrites;
        set => _holdsWrites = value;
    }

    public bool IsWriting => _isWriting;

    /// <summary>Called before it closes.</summary>
    public Action? Closing { get; init; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => port.Length;

    public override long Position
    {
        get => port.Position;
        set => port.Position = value;
    }

    /// <summary>Ends the write that is held, as Windows ends one when output is purged.</summary>
    public void Abort() => _write.SetException(new OperationCanceledException());

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => port.ReadAsync(buffer, offset, count, cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => port.ReadAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Held() ?? port.WriteAsync(buffer, offset, count, cancellationToken);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        Held() is { } held ? new ValueTask(held) : port.WriteAsync(buffer, cancellationToken);

    public override int Read(byte[] buffer, int offset, int count) => port.Read(buffer, offset, count);

    public override void Write(byte[] buffer, int offset, int count) => port.Write(buffer, offset, count);

    public override void Flush() => port.Flush();

    public override long Seek(long offset, SeekOrigin origin) => port.Seek(offset, origin);

    public override void SetLength(long value) => port.SetLength(value);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Closing?.Invoke();
            port.Dispose();
        }

        base.Dispose(disposing);
    }

    private Task? Held()
    {
        _isWriting = _holdsWrites;
        return _holdsWrites ? _write.Task : null;
    }
}
