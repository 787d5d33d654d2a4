namespace Mainspring.Devices;

/// <summary>
/// A serial port as a source of events, whatever is behind it. It emits <see cref="SerialConnected"/>, <see cref="SerialData"/> and
/// <see cref="SerialDisconnected"/>; with <see cref="LineFraming"/> also <see cref="SerialLine"/>, <see cref="SerialLineTooLong"/> and
/// <see cref="SerialLineIncomplete"/>. The loop's counter of bytes counts those received. All members are for the loop's thread.
/// </summary>
public interface ISerialPort : IEventSource
{
    /// <summary>The device's path or name.</summary>
    string Device { get; }

    /// <summary>How it is opened.</summary>
    SerialOptions Options { get; }

    /// <summary>Whether the device is open: from a successful attach until it is removed or gone.</summary>
    bool IsOpen { get; }

    /// <summary>Bytes that wait to be written; at most <see cref="SerialOptions.WriteQueueSize"/>.</summary>
    int QueuedBytes { get; }

    /// <summary>Bytes that the system has taken to send, since the port was made.</summary>
    long WrittenBytes { get; }

    /// <summary>Bytes that were still queued when the device went away or the port was removed, and so were never sent, since the port was made.</summary>
    long DroppedBytes { get; }

    /// <summary>Writes all of the bytes or none, without waiting: what the system does not take now is queued, and sent in order as it does.</summary>
    /// <param name="bytes">The bytes; they are copied. No bytes are always taken.</param>
    /// <returns>False when the queue has no room for all of them, a <see cref="WriteAsync"/> waits already, or the port is not open; nothing was written then.</returns>
    /// <exception cref="ArgumentException">There are more than <see cref="SerialOptions.WriteQueueSize"/>, so that there never is room.</exception>
    bool TryWrite(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Queues all of the bytes, and waits for room when there is none: this is how a fast writer is held back. Several calls keep their order.
    /// More bytes than <see cref="SerialOptions.WriteQueueSize"/> go in pieces. Allocates only when it has to wait.
    /// </summary>
    /// <param name="bytes">The bytes; they must not change until the task completes.</param>
    /// <param name="cancellationToken">Stops waiting. Pieces that are queued by then are sent.</param>
    /// <returns>A task that completes when all are queued. Whoever awaits it resumes on the loop, never within this or another call.</returns>
    /// <exception cref="IOException">(From the task.) The port is not open, or went away before all were queued.</exception>
    /// <exception cref="OperationCanceledException">(From the task.) It was cancelled before all were queued.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken = default);
}
