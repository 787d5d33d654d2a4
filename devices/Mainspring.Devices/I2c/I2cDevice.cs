using System.Buffers.Binary;

namespace Mainspring.Devices;

/// <summary>A device of whatever bus: fills transfers and empties them.</summary>
internal sealed class I2cDevice : II2cDevice
{
    private readonly II2cTransport _bus;

    public I2cDevice(II2cTransport bus, int address, I2cDeviceOptions? options)
    {
        Options = options ?? new I2cDeviceOptions();
        int last = Options.TenBit ? 0x3FF : 0x7F;
        if ((uint)address > (uint)last)
        {
            throw new ArgumentOutOfRangeException(nameof(address), $"0x{address:X}", $"An address is 0 to 0x{last:X}{(Options.TenBit ? "" : ", or 0x3FF with I2cDeviceOptions.TenBit; data sheets that give 8 bits include the direction: halve it")}.");
        }

        (_bus, Address) = (bus, address);
        Name = $"0x{address:X2}";
        if (Options.TenBit && (bus.Functions & I2cFunctions.TenBit) == 0)
        {
            throw I2cErrors.Unsupported(Name, bus.Name, "addresses of 10 bits", bus.Functions);
        }

        if (Options.Pec && (bus.Functions & I2cFunctions.Pec) == 0)
        {
            throw I2cErrors.Unsupported(Name, bus.Name, "check sums (PEC)", bus.Functions);
        }
    }

    public II2cBus Bus => _bus;

    public int Address { get; }

    public I2cDeviceOptions Options { get; }

    /// <summary>Its address, for messages.</summary>
    public string Name { get; }

    public override string ToString() => $"{Name} on {_bus.Name}";

    public async LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<byte> write, Memory<byte> read, CancellationToken cancellationToken = default)
    {
        if (write.IsEmpty && read.IsEmpty)
        {
            throw new ArgumentException($"{this}: nothing to write and nothing to read; to find out whether a device answers use AnswersAsync.");
        }

        I2cTransfer transfer = _bus.Pool.Take(this);
        if (!write.IsEmpty)
        {
            transfer.AddWrite(Fitting(write.Span));
        }

        if (!read.IsEmpty)
        {
            transfer.AddRead(Fitting(read.Span).Length);
        }

        await _bus.RunAsync(loop, transfer, cancellationToken);
        if (!read.IsEmpty)
        {
            transfer.Bytes(transfer.Count - 1).CopyTo(read.Span);
        }

        _bus.Pool.GiveBack(transfer);
    }

    public async LoopTask TransferAsync(MainLoop loop, ReadOnlyMemory<I2cSegment> segments, CancellationToken cancellationToken = default)
    {
        if (segments.Length is 0 or > I2cTransfer.MostSegments)
        {
            throw new ArgumentException($"{this}: one transfer has 1 to {I2cTransfer.MostSegments} segments, and not {segments.Length}.", nameof(segments));
        }

        I2cTransfer transfer = _bus.Pool.Take(this);
        foreach (I2cSegment segment in segments.Span)
        {
            if (segment.Length == 0)
            {
                throw new ArgumentException($"{this}: a segment of no bytes.", nameof(segments));
            }

            if (segment.IsRead)
            {
                transfer.AddRead(Fitting(segment.ReadTo.Span).Length);
            }
            else
            {
                transfer.AddWrite(Fitting(segment.WriteFrom.Span));
            }
        }

        await _bus.RunAsync(loop, transfer, cancellationToken);
        for (int i = 0; i < segments.Length; i++)
        {
            if (segments.Span[i].IsRead)
            {
                transfer.Bytes(i).CopyTo(segments.Span[i].ReadTo.Span);
            }
        }

        _bus.Pool.GiveBack(transfer);
    }

    public async LoopTask<byte> ReadRegisterAsync(MainLoop loop, int register, CancellationToken cancellationToken = default)
    {
        I2cTransfer transfer = Reading(register, 1);
        await _bus.RunAsync(loop, transfer, cancellationToken);
        byte value = transfer.Bytes(1)[0];
        _bus.Pool.GiveBack(transfer);
        return value;
    }

    public async LoopTask<ushort> ReadRegister16Async(MainLoop loop, int register, CancellationToken cancellationToken = default)
    {
        I2cTransfer transfer = Reading(register, 2);
        await _bus.RunAsync(loop, transfer, cancellationToken);
        ushort value = BinaryPrimitives.ReadUInt16BigEndian(transfer.Bytes(1));
        _bus.Pool.GiveBack(transfer);
        return value;
    }

    public async LoopTask ReadRegistersAsync(MainLoop loop, int register, Memory<byte> values, CancellationToken cancellationToken = default)
    {
        I2cTransfer transfer = Reading(register, Fitting(values.Span).Length);
        await _bus.RunAsync(loop, transfer, cancellationToken);
        transfer.Bytes(1).CopyTo(values.Span);
        _bus.Pool.GiveBack(transfer);
    }

    public async LoopTask WriteRegisterAsync(MainLoop loop, int register, byte value, CancellationToken cancellationToken = default)
    {
        I2cTransfer transfer = Writing(register, [value]);
        await _bus.RunAsync(loop, transfer, cancellationToken);
        _bus.Pool.GiveBack(transfer);
    }

    public async LoopTask WriteRegister16Async(MainLoop loop, int register, ushort value, CancellationToken cancellationToken = default)
    {
        I2cTransfer transfer = Writing(register, [(byte)(value >> 8), (byte)value]);
        await _bus.RunAsync(loop, transfer, cancellationToken);
        _bus.Pool.GiveBack(transfer);
    }

    public async LoopTask WriteRegistersAsync(MainLoop loop, int register, ReadOnlyMemory<byte> values, CancellationToken cancellationToken = default)
    {
        I2cTransfer transfer = Writing(register, Fitting(values.Span));
        await _bus.RunAsync(loop, transfer, cancellationToken);
        _bus.Pool.GiveBack(transfer);
    }

    public async LoopTask<int> SmbusAsync(
        MainLoop loop, SmbusProtocol protocol, byte command = 0, int value = 0, Memory<byte> block = default, CancellationToken cancellationToken = default)
    {
        I2cFunctions needed = Smbus.Needs(protocol);
        if ((_bus.Functions & needed) == 0)
        {
            throw I2cErrors.Unsupported(Name, _bus.Name, $"the SMBus command {protocol}", _bus.Functions);
        }

        bool isRead = protocol is SmbusProtocol.ReadBlockData or SmbusProtocol.ReadI2cBlock;
        bool hasBlock = isRead || protocol is SmbusProtocol.WriteBlockData or SmbusProtocol.WriteI2cBlock;
        if (hasBlock && block.Length is 0 or > I2cTransfer.LongestBlock)
        {
            throw new ArgumentException($"{this}: a block of SMBus has 1 to {I2cTransfer.LongestBlock} bytes, and not {block.Length}.", nameof(block));
        }

        I2cTransfer transfer = _bus.Pool.Take(this);
        transfer.SetCommand(protocol, command, value);
        if (isRead)
        {
            transfer.AddRead(block.Length);
        }
        else if (hasBlock)
        {
            transfer.AddWrite(block.Span);
        }

        int result = await _bus.RunAsync(loop, transfer, cancellationToken);
        if (isRead)
        {
            transfer.Bytes(0)[..result].CopyTo(block.Span);
        }

        _bus.Pool.GiveBack(transfer);
        return result;
    }

    private I2cTransfer Reading(int register, int length)
    {
        I2cTransfer transfer = Writing(register, []);
        transfer.AddRead(length > 0 ? length : throw new ArgumentException($"{this}: no registers to read.", nameof(length)));
        return transfer;
    }

    private I2cTransfer Writing(int register, ReadOnlySpan<byte> values)
    {
        int last = Options.RegisterBytes == 1 ? 0xFF : 0xFFFF;
        if ((uint)register > (uint)last)
        {
            throw new ArgumentOutOfRangeException(nameof(register), $"0x{register:X}", $"{this}: the number of a register is 0 to 0x{last:X}; I2cDeviceOptions.RegisterBytes says how many bytes it has.");
        }

        I2cTransfer transfer = _bus.Pool.Take(this);
        transfer.AddWrite(register, values);
        return transfer;
    }

    private ReadOnlySpan<byte> Fitting(ReadOnlySpan<byte> bytes) => bytes.Length <= I2cTransfer.LongestSegment
        ? bytes
        : throw new ArgumentException($"{this}: a segment has at most {I2cTransfer.LongestSegment} bytes, and not {bytes.Length}: send it in parts.");
}
