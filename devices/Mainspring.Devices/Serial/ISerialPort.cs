namespace Mainspring.Devices;

/// <summary>
/// A serial port as a source of events, whatever is behind it. It emits <see cref="SerialConnected"/>, <see cref="SerialData"/>, <see cref="SerialBreak"/>, <see cref="SerialCharacterError"/>,
/// <see cref="SerialModemLinesChanged"/> and <see cref="SerialDisconnected"/>; with <see cref="LineFraming"/> also <see cref="SerialLine"/>, <see cref="SerialLineTooLong"/>,
/// <see cref="SerialLineIncomplete"/> and <see cref="SerialMessageDropped"/>; with any other framing <see cref="SerialMessage"/> and <see cref="SerialMessageDropped"/>.
/// The loop's counter of bytes counts those received. All members are for the loop's thread.
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

    /// <summary>What went wrong on the line, since the port was made.</summary>
    SerialCounters Errors { get; }

    /// <summary>The wires beside the data, as they are now.</summary>
    /// <exception cref="IOException">The port is not open, or has no such lines (as a pseudo-terminal).</exception>
    ModemLines ModemLines { get; }

    /// <summary>
    /// Whether the port takes what arrives; true at first. While it is false, nothing is read: the system's buffer fills, and then the other side is held back by <see cref="FlowControl"/>, or what
    /// it sends is lost and counted. A hang-up is still seen, and what had arrived before it emitted.
    /// </summary>
    bool IsReading { get; set; }

    /// <summary>Bytes that were still queued when the device went away or the port was removed, and so were never sent, since the port was made.</summary>
    long DroppedBytes { get; }

    /// <summary>Writes all of the bytes or none, without waiting: what the system does not take now is queued, and sent in order as it does.</summary>
    /// <param name="bytes">The bytes; they are copied. No bytes are always taken.</param>
    /// <returns>False when the queue has no room for all of them, a <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/> waits already, or the port is not open; nothing was written then.</returns>
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

    /// <summary>As <see cref="WriteAsync(ReadOnlyMemory{byte}, CancellationToken)"/>, but waits for room no longer than the time-out.</summary>
    /// <param name="bytes">The bytes; they must not change until the task completes.</param>
    /// <param name="timeout">How long it may take until all are queued; zero or less does not wait.</param>
    /// <param name="cancellationToken">Stops waiting. Pieces that are queued by then are sent.</param>
    /// <returns>A task that completes when all are queued.</returns>
    /// <exception cref="TimeoutException">(From the task.) Not all were queued in time; the message says how many were not.</exception>
    /// <exception cref="IOException">(From the task.) The port is not open, or went away before all were queued.</exception>
    /// <exception cref="OperationCanceledException">(From the task.) It was cancelled before all were queued.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Waits until all that was written has been sent, as far as the driver tells, without blocking the loop: what is written meanwhile has to be sent too.</summary>
    /// <param name="timeout">How long it may take; null waits for ever, which it does when the other side holds the line back.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A task that completes when nothing is left.</returns>
    /// <exception cref="TimeoutException">(From the task.) Something is left.</exception>
    /// <exception cref="IOException">(From the task.) The port is not open, or went away.</exception>
    /// <exception cref="OperationCanceledException">(From the task.) It was cancelled.</exception>
    ValueTask DrainAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Throws away what the port and the system hold. Output counts as <see cref="DroppedBytes"/> as far as this port had queued it; a message that has begun is dropped.</summary>
    /// <param name="buffers">Which side.</param>
    /// <exception cref="IOException">The port is not open.</exception>
    void Discard(SerialBuffers buffers);

    /// <summary>Sets output lines.</summary>
    /// <param name="on">Those to assert.</param>
    /// <param name="off">Those to release; one that is in both is asserted.</param>
    /// <exception cref="ArgumentException">A line is an input.</exception>
    /// <exception cref="IOException">The port is not open, or has no such lines.</exception>
    void SetModemLines(ModemLines on, ModemLines off);

    /// <summary>Sends what was written, then holds the line at zero for a time, by the loop's clock, then goes on sending. Nothing blocks meanwhile.</summary>
    /// <param name="duration">How long; 250 ms is usual, and longer than a character has to be.</param>
    /// <param name="cancellationToken">Ends it earlier.</param>
    /// <returns>A task that completes when the break is over.</returns>
    /// <exception cref="InvalidOperationException">(From the task.) A break is being sent already.</exception>
    /// <exception cref="IOException">(From the task.) The port is not open, went away, or cannot send breaks.</exception>
    /// <exception cref="OperationCanceledException">(From the task.) It was cancelled.</exception>
    ValueTask SendBreakAsync(TimeSpan duration, CancellationToken cancellationToken = default);
}
