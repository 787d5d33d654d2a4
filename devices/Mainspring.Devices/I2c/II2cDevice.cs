namespace Mainspring.Devices;

/// <summary>
/// A device of an I2C bus. Its methods are called on the loop's thread, run their transfer elsewhere, and are awaited on the loop; memory that is given is copied, and so is used
/// neither after the call (what is written) nor before the end (what is read). A token that is cancelled while the transfer waits takes it out of the queue; while it runs, the
/// caller goes on at once, and the bus when the adapter has ended it. In the steady state they allocate nothing on the loop's thread.
/// </summary>
public interface II2cDevice
{
    /// <summary>The bus.</summary>
    II2cBus Bus { get; }

    /// <summary>The address.</summary>
    int Address { get; }

    /// <summary>How it is spoken to.</summary>
    I2cDeviceOptions Options { get; }

    /// <summary>Writes, and after a repeated start reads, as one transfer with one stop. Either may be empty. An adapter that speaks SMBus only (<see cref="Bus"/>'s functions lack
    /// <see cref="I2cFunctions.I2c"/>) does it where an SMBus command puts the same on the wires.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="write">What is written: up to 8192 bytes.</param>
    /// <param name="read">Where it is read to: up to 8192 bytes.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The end: an <see cref="I2cException"/> when nothing answers, or the adapter cannot do it.</returns>
    /// <exception cref="ArgumentException">Both are empty, or one is too long.</exception>
    /// <exception cref="ObjectDisposedException">The bus or the loop was disposed.</exception>
    LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<byte> write, Memory<byte> read, CancellationToken cancellationToken = default);

    /// <summary>Does several writes and reads as one transfer: a start before each, one stop at the end. One call of the kernel.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="segments">1 to 42 writes and reads, of 1 to 8192 bytes each.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>As <see cref="TransferAsync(MainLoop, ReadOnlyMemory{byte}, Memory{byte}, CancellationToken)"/>.</returns>
    /// <exception cref="ArgumentException">Too many, or one is empty or too long.</exception>
    /// <exception cref="ObjectDisposedException">The bus or the loop was disposed.</exception>
    LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<I2cSegment> segments, CancellationToken cancellationToken = default);

    /// <summary>Reads one register.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="register">Its number: one byte, or two with the most significant one first, by <see cref="I2cDeviceOptions.RegisterBytes"/>.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>Its value, or what <see cref="TransferAsync(MainLoop, ReadOnlyMemory{byte}, Memory{byte}, CancellationToken)"/> throws.</returns>
    LoopTask<byte> ReadRegisterAsync(MainLoop loop, int register, CancellationToken cancellationToken = default);

    /// <summary>Reads registers that follow each other, of a device that counts on by itself.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="register">The first one's number.</param>
    /// <param name="values">Where they are read to.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The end, as above.</returns>
    LoopTask ReadRegistersAsync(MainLoop loop, int register, Memory<byte> values, CancellationToken cancellationToken = default);

    /// <summary>Reads a register of 16 bits that sends the most significant byte first, as most do. (For the other ones: <see cref="SmbusDevice.SmbusReadWordAsync"/>.)</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="register">Its number.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>Its value.</returns>
    LoopTask<ushort> ReadRegister16Async(MainLoop loop, int register, CancellationToken cancellationToken = default);

    /// <summary>Writes one register.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="register">Its number.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The end, as above.</returns>
    LoopTask WriteRegisterAsync(MainLoop loop, int register, byte value, CancellationToken cancellationToken = default);

    /// <summary>Writes registers that follow each other, of a device that counts on by itself.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="register">The first one's number.</param>
    /// <param name="values">Their values.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The end, as above.</returns>
    LoopTask WriteRegistersAsync(MainLoop loop, int register, ReadOnlyMemory<byte> values, CancellationToken cancellationToken = default);

    /// <summary>Writes a register of 16 bits, the most significant byte first.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="register">Its number.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The end, as above.</returns>
    LoopTask WriteRegister16Async(MainLoop loop, int register, ushort value, CancellationToken cancellationToken = default);

    /// <summary>Does one SMBus command; <see cref="SmbusDevice"/> has a method for each.</summary>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="protocol">Which one.</param>
    /// <param name="command">The command byte, where it has one.</param>
    /// <param name="value">The byte or word that is written, where it writes one.</param>
    /// <param name="block">The block that is written, or where one is read to: up to 32 bytes.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The byte or word that was read; the number of bytes when it is a block.</returns>
    /// <exception cref="ArgumentException">The block is too long.</exception>
    /// <exception cref="ObjectDisposedException">The bus or the loop was disposed.</exception>
    LoopTask<int> SmbusAsync(
        MainLoop loop, SmbusProtocol protocol, byte command = 0, int value = 0, Memory<byte> block = default, CancellationToken cancellationToken = default);
}
