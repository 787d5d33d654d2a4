using Mainspring.Devices;

namespace Mainspring.Contracts.Buses;

/// <summary>What every I2C bus does: the kernel's and simulated ones.</summary>
public abstract class I2cContract : IDisposable
{
    private I2cRig? _rig;

    /// <summary>The loop.</summary>
    protected MainLoop Loop { get; } = Loops.New();

    /// <summary>The bus and its device.</summary>
    protected I2cRig Rig => _rig ??= NewRig();

    /// <summary>The device with registers.</summary>
    protected II2cDevice Device => Rig.Bus.Device(Rig.Address);

    /// <inheritdoc/>
    public void Dispose()
    {
        _rig?.Dispose();
        Loop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the bus.</summary>
    protected abstract I2cRig NewRig();

    /// <summary>Skips a case on an adapter that cannot do it.</summary>
    protected void Needs(I2cFunctions functions)
    {
        if ((Rig.Bus.Functions & functions) != functions)
        {
            throw new SkipException($"{Rig.Bus.Name} cannot do {functions & ~Rig.Bus.Functions}");
        }
    }

    [Case]
    public void A_register_that_was_written_is_read_back() => Loop.Run(async LoopTask () =>
    {
        II2cDevice device = Device;
        for (int register = 0; register < 256; register += 15)
        {
            await device.WriteRegisterAsync(Loop, register, (byte)(register ^ 0xA5));
        }

        for (int register = 0; register < 256; register += 15)
        {
            Check.Equal((byte)(register ^ 0xA5), await device.ReadRegisterAsync(Loop, register));
        }
    });

    [Case]
    public void Registers_that_follow_each_other_are_one_transfer() => Loop.Run(async LoopTask () =>
    {
        byte[] written = [.. Enumerable.Range(1, 32).Select(static i => (byte)(i * 7))], read = new byte[32];
        await Device.WriteRegistersAsync(Loop, 0x20, written);
        await Device.ReadRegistersAsync(Loop, 0x20, read);
        Check.Sequence(written, read);
        Check.Equal(written[5], await Device.ReadRegisterAsync(Loop, 0x25));
        await Device.TransferAsync(Loop, new byte[] { 0x22 }, read.AsMemory(0, 4));
        Check.Sequence(written[2..6], read[..4]);
    });

    [Case]
    public void A_register_of_16_bits_has_its_most_significant_byte_first() => Loop.Run(async LoopTask () =>
    {
        await Device.WriteRegister16Async(Loop, 0x40, 0x1234);
        Check.Equal(0x12, (int)await Device.ReadRegisterAsync(Loop, 0x40));
        Check.Equal(0x34, (int)await Device.ReadRegisterAsync(Loop, 0x41));
        Check.Equal(0x1234, (int)await Device.ReadRegister16Async(Loop, 0x40));
    });

    [Case]
    public void Smbus_bytes_and_words_are_read_back_and_a_byte_without_command_is_where_the_device_stands() => Loop.Run(async LoopTask () =>
    {
        II2cDevice device = Device;
        await device.SmbusWriteByteAsync(Loop, 0x50, 0x77);
        Check.Equal(0x77, (int)await device.SmbusReadByteAsync(Loop, 0x50));
        await device.SmbusWriteWordAsync(Loop, 0x60, 0xBEEF);
        Check.Equal(0xBEEF, (int)await device.SmbusReadWordAsync(Loop, 0x60));
        await device.SmbusWriteByteAsync(Loop, 0x50);
        Check.Equal(0x77, (int)await device.SmbusReadByteAsync(Loop));
        Check.True(await device.AnswersAsync(Loop));
    });

    [Case]
    public void Smbus_blocks_are_read_back_with_their_length()
    {
        Needs(I2cFunctions.SmbusReadBlockData | I2cFunctions.SmbusWriteBlockData);
        Loop.Run(async LoopTask () =>
        {
            byte[] block = new byte[32];
            await Device.SmbusWriteBlockAsync(Loop, 0x70, new byte[] { 9, 8, 7, 6, 5 });
            Check.Equal(5, await Device.SmbusReadBlockAsync(Loop, 0x70, block));
            Check.Sequence<byte>([9, 8, 7, 6, 5], block[..5]);
            var tooMuch = await Throws(Device.SmbusReadBlockAsync(Loop, 0x70, block.AsMemory(0, 3)));
            Check.Equal(I2cFault.BadData, tooMuch.Fault);
        });
    }

    [Case]
    public void Where_nothing_answers_the_error_names_address_bus_and_what_to_do() => Loop.Run(async LoopTask () =>
    {
        II2cDevice device = Rig.Bus.Device(Rig.EmptyAddress);
        I2cException error = await Throws(device.ReadRegisterAsync(Loop, 0));
        Check.Equal(I2cFault.NoAnswer, error.Fault);
        Check.Contains($"nothing answers at 0x{Rig.EmptyAddress:X2} on {Rig.Bus.Name}", error.Message);
        Check.Contains("i2cdetect -y", error.Message);
        Check.False(await device.AnswersAsync(Loop));
        Check.True(await Device.AnswersAsync(Loop), "the bus goes on");
    });

    [Case]
    public void Transfers_end_in_the_order_of_the_calls()
    {
        II2cDevice device = Device;
        var ends = new List<int>();
        for (int i = 0; i < 50; i++)
        {
            int number = i;
            Loop.CallSoon(() => Write(number).Forget());
        }

        Pump.Until(Loop, () => ends.Count == 50);
        Check.Sequence(Enumerable.Range(0, 50), ends);
        Loop.Run(async LoopTask () => Check.Equal(49, (int)await device.ReadRegisterAsync(Loop, 1)));

        async LoopTask Write(int number)
        {
            await device.WriteRegisterAsync(Loop, 1, (byte)number);
            ends.Add(number);
        }
    }

    [Case]
    public void A_cancelled_token_ends_a_transfer_that_waits_and_the_bus_goes_on() => Loop.Run(async LoopTask () =>
    {
        using var cancellation = new CancellationTokenSource();
        II2cDevice device = Device;
        LoopTask first = device.WriteRegisterAsync(Loop, 3, 1);
        LoopTask second = device.WriteRegisterAsync(Loop, 3, 2, new CancellationToken(canceled: true));
        bool isCancelled = false;
        try
        {
            await second;
        }
        catch (OperationCanceledException)
        {
            isCancelled = true;
        }

        await first;
        Check.True(isCancelled);
        Check.Equal(1, (int)await device.ReadRegisterAsync(Loop, 3));
    });

    [Case]
    public void What_the_adapter_cannot_do_is_refused_by_name() => Loop.Run(async LoopTask () =>
    {
        if ((Rig.Bus.Functions & I2cFunctions.TenBit) == 0)
        {
            var error = Check.Throws<I2cException>(() => Rig.Bus.Device(0x123, new I2cDeviceOptions { TenBit = true }));
            Check.Equal(I2cFault.Unsupported, error.Fault);
            Check.Contains("10 bits", error.Message);
        }

        if ((Rig.Bus.Functions & I2cFunctions.I2c) == 0)
        {
            I2cException three = await Throws(Device.TransferAsync(Loop, new[] { I2cSegment.Write(new byte[] { 1 }), I2cSegment.Read(new byte[1]), I2cSegment.Read(new byte[1]) }));
            Check.Equal(I2cFault.Unsupported, three.Fault);
            Check.Contains("write 1, read 1, read 1", three.Message);
            I2cException far = await Throws(Device.ReadRegistersAsync(Loop, 0, new byte[33]));
            Check.Contains("32 bytes at a time", far.Message);
        }
        else
        {
            byte[] one = new byte[1], two = new byte[2];
            await Device.WriteRegistersAsync(Loop, 0x10, new byte[] { 4, 5, 6 });
            await Device.TransferAsync(Loop, new[] { I2cSegment.Write(new byte[] { 0x10 }), I2cSegment.Read(one), I2cSegment.Write(new byte[] { 0x11 }), I2cSegment.Read(two) });
            Check.Sequence<byte>([4, 5, 6], one.Concat(two));
        }
    });

    [Case]
    public void Wrong_arguments_are_named() => Loop.Run(async LoopTask () =>
    {
        Check.Contains("halve it", Check.Throws<ArgumentOutOfRangeException>(() => Rig.Bus.Device(0xEC)).Message);
        Check.Contains("0x3FF", Check.Throws<ArgumentOutOfRangeException>(() => Rig.Bus.Device(0x400)).Message);
        await ThrowsArgument(Device.TransferAsync(Loop, default, default));
        await ThrowsArgument(Device.TransferAsync(Loop, new byte[8193], default));
        await ThrowsArgument(Device.TransferAsync(Loop, new I2cSegment[43]));
        await ThrowsArgument(Device.TransferAsync(Loop, new[] { I2cSegment.Read(default) }));
        await ThrowsArgument(Device.WriteRegisterAsync(Loop, 256, 0));

        static async LoopTask ThrowsArgument(LoopTask task)
        {
            try
            {
                await task;
            }
            catch (ArgumentException)
            {
                return;
            }

            Check.True(false, "it was taken");
        }
    });

    [Case]
    public void A_bus_that_was_closed_says_so()
    {
        II2cDevice device = Device;
        Rig.Bus.Dispose();
        Check.Throws<ObjectDisposedException>(() => Loop.Run(async LoopTask () => await device.ReadRegisterAsync(Loop, 0)));
        Check.Throws<ObjectDisposedException>(() => Rig.Bus.Device(Rig.Address));
    }

    /// <summary>The error with which a transfer ends.</summary>
    protected static async LoopTask<I2cException> Throws<T>(LoopTask<T> task)
    {
        try
        {
            await task;
        }
        catch (I2cException exception)
        {
            return exception;
        }

        throw new CheckException("an I2cException was expected, and nothing was thrown");
    }

    /// <inheritdoc cref="Throws{T}(LoopTask{T})"/>
    protected static LoopTask<I2cException> Throws(LoopTask task)
    {
        return Throws(Valued(task));

        static async LoopTask<int> Valued(LoopTask task)
        {
            await task;
            return 0;
        }
    }
}
