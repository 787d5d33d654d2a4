namespace Mainspring.Devices;

/// <summary>The SMBus commands of an I2C device, one method each; what holds for <see cref="II2cDevice.SmbusAsync"/> holds for them.</summary>
public static class SmbusDevice
{
    /// <summary>Whether the device answers a quick command. Some chips take it for a command: probe only what is known.</summary>
    /// <param name="device">The device.</param>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>False when nothing answers.</returns>
    public static async LoopTask<bool> AnswersAsync(this II2cDevice device, MainLoop loop, CancellationToken cancellationToken = default)
    {
        try
        {
            await device.SmbusAsync(loop, SmbusProtocol.QuickWrite, cancellationToken: cancellationToken);
            return true;
        }
        catch (I2cException exception) when (exception.Fault == I2cFault.NoAnswer)
        {
            return false;
        }
    }

    /// <summary>Reads a byte from wherever the device stands.</summary>
    /// <inheritdoc cref="SmbusReadWordAsync"/>
    public static async LoopTask<byte> SmbusReadByteAsync(this II2cDevice device, MainLoop loop, CancellationToken cancellationToken = default) =>
        (byte)await device.SmbusAsync(loop, SmbusProtocol.ReadByte, cancellationToken: cancellationToken);

    /// <summary>Reads a byte from a command.</summary>
    /// <inheritdoc cref="SmbusReadWordAsync"/>
    public static async LoopTask<byte> SmbusReadByteAsync(this II2cDevice device, MainLoop loop, byte command, CancellationToken cancellationToken = default) =>
        (byte)await device.SmbusAsync(loop, SmbusProtocol.ReadByteData, command, cancellationToken: cancellationToken);

    /// <summary>Reads a word from a command, its low byte first.</summary>
    /// <param name="device">The device.</param>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>What was read.</returns>
    public static async LoopTask<ushort> SmbusReadWordAsync(this II2cDevice device, MainLoop loop, byte command, CancellationToken cancellationToken = default) =>
        (ushort)await device.SmbusAsync(loop, SmbusProtocol.ReadWordData, command, cancellationToken: cancellationToken);

    /// <summary>Writes one byte without a command.</summary>
    /// <inheritdoc cref="SmbusWriteWordAsync"/>
    public static async LoopTask SmbusWriteByteAsync(this II2cDevice device, MainLoop loop, byte value, CancellationToken cancellationToken = default) =>
        await device.SmbusAsync(loop, SmbusProtocol.WriteByte, 0, value, cancellationToken: cancellationToken);

    /// <summary>Writes a byte to a command.</summary>
    /// <inheritdoc cref="SmbusWriteWordAsync"/>
    public static async LoopTask SmbusWriteByteAsync(
        this II2cDevice device, MainLoop loop, byte command, byte value, CancellationToken cancellationToken = default) =>
        await device.SmbusAsync(loop, SmbusProtocol.WriteByteData, command, value, cancellationToken: cancellationToken);

    /// <summary>Writes a word to a command, its low byte first.</summary>
    /// <param name="device">The device.</param>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="command">The command.</param>
    /// <param name="value">The value.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The end.</returns>
    public static async LoopTask SmbusWriteWordAsync(
        this II2cDevice device, MainLoop loop, byte command, ushort value, CancellationToken cancellationToken = default) =>
        await device.SmbusAsync(loop, SmbusProtocol.WriteWordData, command, value, cancellationToken: cancellationToken);

    /// <summary>Writes a word to a command and reads the word that it answers.</summary>
    /// <inheritdoc cref="SmbusWriteWordAsync"/>
    public static async LoopTask<ushort> SmbusProcessCallAsync(
        this II2cDevice device, MainLoop loop, byte command, ushort value, CancellationToken cancellationToken = default) =>
        (ushort)await device.SmbusAsync(loop, SmbusProtocol.ProcessCall, command, value, cancellationToken: cancellationToken);

    /// <summary>Reads a block whose length the device says.</summary>
    /// <param name="device">The device.</param>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="command">The command.</param>
    /// <param name="block">Where it is read to: 32 bytes, or fewer when the device is known to send fewer.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>How many bytes were read; an <see cref="I2cException"/> with <see cref="I2cFault.BadData"/> when there were more than the block takes.</returns>
    public static LoopTask<int> SmbusReadBlockAsync(
        this II2cDevice device, MainLoop loop, byte command, Memory<byte> block, CancellationToken cancellationToken = default) =>
        Checked(device).SmbusAsync(loop, SmbusProtocol.ReadBlockData, command, 0, block, cancellationToken);

    /// <summary>Writes a block after its length.</summary>
    /// <param name="device">The device.</param>
    /// <param name="loop">The loop that awaits it.</param>
    /// <param name="command">The command.</param>
    /// <param name="block">1 to 32 bytes.</param>
    /// <param name="cancellationToken">See <see cref="II2cDevice"/>.</param>
    /// <returns>The end.</returns>
    public static async LoopTask SmbusWriteBlockAsync(
        this II2cDevice device, MainLoop loop, byte command, Memory<byte> block, CancellationToken cancellationToken = default) =>
        await Checked(device).SmbusAsync(loop, SmbusProtocol.WriteBlockData, command, 0, block, cancellationToken);

    private static II2cDevice Checked(II2cDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return device;
    }
}
