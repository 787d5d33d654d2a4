namespace Mainspring.Devices;

/// <summary>
/// A device on an SPI bus. Its transfers run elsewhere, one at a time in the order of the calls, and are awaited on the loop; memory that is given is copied, and so is used neither
/// after the call (what is written) nor before the end (what is read). A token that is cancelled while the transfer waits takes it out of the queue; while it runs, the caller goes on at once.
/// In the steady state they allocate nothing on the loop's thread.
/// </summary>
public interface ISpiDevice : IDisposable
{
    /// <summary>Its name for messages: for the kernel's devices the path.</summary>
    string Name { get; }

    /// <summary>The settings that are in force, as the driver gives them back.</summary>
    SpiOptions Settings { get; }

    /// <summary>The most bytes of one transfer, over all its segments, in each direction.</summary>
    int MaxTransferBytes { get; }

    /// <summary>Writes and reads at the same time.</summary>
    /// <param name="loop">The loop that awaits it. Called on its thread.</param>
    /// <param name="write">What is written; empty writes zeros.</param>
    /// <param name="read">Where it is read to, byte for byte with what is written; empty drops it. Otherwise as long as <paramref name="write"/>.</param>
    /// <param name="cancellationToken">See <see cref="ISpiDevice"/>.</param>
    /// <returns>The end: an <see cref="IOException"/> when the driver refuses.</returns>
    /// <exception cref="ArgumentException">Both are empty, they differ in length, or they are too long.</exception>
    /// <exception cref="ObjectDisposedException">The device or the loop was disposed.</exception>
    LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<byte> write, Memory<byte> read, CancellationToken cancellationToken = default);

    /// <summary>Does several segments as one transfer, with the chip selected all the time unless a segment says otherwise. One call of the kernel.</summary>
    /// <param name="loop">The loop that awaits it. Called on its thread.</param>
    /// <param name="segments">1 to 511 segments.</param>
    /// <param name="cancellationToken">See <see cref="ISpiDevice"/>.</param>
    /// <returns>The end, as above.</returns>
    /// <exception cref="ArgumentException">Too many segments, or one is not as it should be; or together they are too long.</exception>
    /// <exception cref="ObjectDisposedException">The device or the loop was disposed.</exception>
    LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<SpiSegment> segments, CancellationToken cancellationToken = default);
}
