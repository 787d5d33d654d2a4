namespace Mainspring.Devices;

/// <summary>What all SPI devices do with a transfer: check it, copy it in, have it run, copy it out. The transfers that are free wait here; one that failed does not come back, since a
/// thread may still be at it.</summary>
internal sealed class SpiTransfers(string name, int maxBytes, SpiTransfers.IRunner runner)
{
    private const int Most = 16;

    private readonly Stack<SpiTransfer> _free = new(Most); // guarded by itself: loops may share a device

    public async LoopTask Run(MainLoop loop, ReadOnlyMemory<byte> write, Memory<byte> read, CancellationToken cancellationToken)
    {
        SpiTransfer transfer = Take();
        Add(transfer, new SpiSegment { Write = write, Read = read });
        await runner.RunAsync(loop, transfer, cancellationToken);
        transfer.Read[..read.Length].CopyTo(read.Span);
        GiveBack(transfer);
    }

    public async LoopTask Run(MainLoop loop, ReadOnlyMemory<SpiSegment> segments, CancellationToken cancellationToken)
    {
        if (segments.Length is 0 or > SpiTransfer.MostSegments)
        {
            throw new ArgumentException($"{name}: one transfer has 1 to {SpiTransfer.MostSegments} segments, and not {segments.Length}.", nameof(segments));
        }

        SpiTransfer transfer = Take();
        foreach (ref readonly SpiSegment segment in segments.Span)
        {
            Add(transfer, segment);
        }

        await runner.RunAsync(loop, transfer, cancellationToken);
        for (int i = 0; i < segments.Length; i++)
        {
            Memory<byte> read = segments.Span[i].Read;
            transfer.Read.Slice(transfer.Segments[i].Offset, read.Length).CopyTo(read.Span);
        }

        GiveBack(transfer);
    }

    private void Add(SpiTransfer transfer, in SpiSegment segment)
    {
        if (segment.Length == 0)
        {
            throw new ArgumentException($"{name}: nothing to write and nothing to read.");
        }

        if (!segment.Write.IsEmpty && !segment.Read.IsEmpty && segment.Write.Length != segment.Read.Length)
        {
            throw new ArgumentException(
                $"{name}: {segment.Write.Length} bytes to write and {segment.Read.Length} to read: SPI does both at the same time, so they are as long as each other, or one is empty.");
        }

        if (segment.DelayMicroseconds is < 0 or > ushort.MaxValue || segment.SpeedHz < 0 || segment.BitsPerWord is < 0 or > 32)
        {
            throw new ArgumentException($"{name}: a segment has a delay of 0 to 65535 us, a speed that is not negative, and 1 to 32 bits per word (or 0: the device's).");
        }

        if (transfer.Length + segment.Length > maxBytes)
        {
            throw new ArgumentException(
                $"{name}: a transfer has at most {maxBytes} bytes: send it in parts, or load the module spidev with a larger buffer ('spidev.bufsiz=65536' on the kernel's command line).");
        }

        transfer.Add(in segment);
    }

    private SpiTransfer Take()
    {
        lock (_free)
        {
            SpiTransfer transfer = _free.TryPop(out SpiTransfer? free) ? free : new SpiTransfer();
            transfer.Clear();
            return transfer;
        }
    }

    private void GiveBack(SpiTransfer transfer)
    {
        lock (_free)
        {
            if (_free.Count < Most)
            {
                _free.Push(transfer);
            }
        }
    }

    /// <summary>What carries a transfer. The transfer belongs to it until the task has ended without an exception.</summary>
    internal interface IRunner
    {
        LoopTask<int> RunAsync(MainLoop loop, SpiTransfer transfer, CancellationToken cancellationToken);
    }
}
