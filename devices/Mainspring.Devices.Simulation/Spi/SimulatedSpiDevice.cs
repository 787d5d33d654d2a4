namespace Mainspring.Devices.Simulation;

/// <summary>An SPI device in memory, for one loop: what it answers is a function. Its transfers take <see cref="Latency"/> and the delays of their segments, exactly, on the loop's clock.
/// Loop's thread only.</summary>
public sealed class SimulatedSpiDevice : ISpiDevice, SpiTransfers.IRunner
{
    private readonly SpiExchange _exchange;
    private readonly SimulatedQueue<SpiTransfer> _queue;
    private readonly SpiTransfers _transfers;
    private bool _isDisposed;

    /// <summary>Makes a device.</summary>
    /// <param name="exchange">What it answers, segment by segment.</param>
    /// <param name="settings">How it is spoken to.</param>
    /// <param name="name">Its name for messages.</param>
    /// <param name="maxTransferBytes">The most bytes of one transfer.</param>
    public SimulatedSpiDevice(SpiExchange exchange, SpiOptions? settings = null, string name = "simulated-spi", int maxTransferBytes = 4096)
    {
        ArgumentNullException.ThrowIfNull(exchange);
        (_exchange, Settings, Name, MaxTransferBytes) = (exchange, settings ?? new SpiOptions(), name, maxTransferBytes);
        _queue = new SimulatedQueue<SpiTransfer>(name, Duration, Run);
        _transfers = new SpiTransfers(name, maxTransferBytes, this);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public SpiOptions Settings { get; }

    /// <inheritdoc/>
    public int MaxTransferBytes { get; }

    /// <summary>How long each transfer takes, besides the delays of its segments.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>A device whose two data lines are tied together.</summary>
    /// <param name="settings">How it is spoken to.</param>
    /// <returns>The device.</returns>
    public static SimulatedSpiDevice LoopBack(SpiOptions? settings = null) => new(static (written, read) => written.CopyTo(read), settings);

    /// <summary>A device that expects these segments, and answers each; another one is an <see cref="IOException"/> that tells both.</summary>
    /// <param name="script">What is expected, and what it answers, as long as that.</param>
    /// <returns>The device.</returns>
    public static SimulatedSpiDevice Scripted(params (byte[] Expected, byte[] Answer)[] script)
    {
        ArgumentNullException.ThrowIfNull(script);
        int at = 0;
        return new SimulatedSpiDevice((written, read) =>
        {
            if (at == script.Length || !written.SequenceEqual(script[at].Expected))
            {
                throw new IOException(
                    $"simulated-spi: segment {at}: expected {(at == script.Length ? "nothing more" : Convert.ToHexString(script[at].Expected))}, was {Convert.ToHexString(written)}.");
            }

            script[at++].Answer.CopyTo(read);
        });
    }

    /// <inheritdoc/>
    public LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<byte> write, Memory<byte> read, CancellationToken cancellationToken = default) =>
        _transfers.Run(loop, write, read, cancellationToken);

    /// <inheritdoc/>
    public LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<SpiSegment> segments, CancellationToken cancellationToken = default) =>
        _transfers.Run(loop, segments, cancellationToken);

    /// <summary>Closes it: what runs ends, what waits fails with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose() => _isDisposed = true;

    LoopTask<int> SpiTransfers.IRunner.RunAsync(MainLoop loop, SpiTransfer transfer, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _queue.Run(loop, transfer, cancellationToken);
    }

    private TimeSpan Duration(SpiTransfer transfer)
    {
        TimeSpan time = Latency;
        foreach (SpiTransfer.Segment segment in transfer.Segments)
        {
            time += TimeSpan.FromMicroseconds(segment.DelayMicroseconds);
        }

        return time;
    }

    private int Run(SpiTransfer transfer)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        foreach (SpiTransfer.Segment segment in transfer.Segments)
        {
            Span<byte> read = transfer.Read.Slice(segment.Offset, segment.Length);
            read.Clear();
            _exchange(transfer.Written.Slice(segment.Offset, segment.Length), read);
        }

        return transfer.Length;
    }
}
