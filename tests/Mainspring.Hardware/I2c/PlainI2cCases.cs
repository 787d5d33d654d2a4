using Mainspring.Contracts;
using Mainspring.Devices;

namespace Mainspring.Hardware.I2c;

/// <summary>Plain I2C of the kernel: combined transfers, slow ones, and the drivers' errors.</summary>
public sealed class PlainI2cCases : IDisposable
{
    private readonly MainLoop _loop = Loops.New(static options => options with { FrameRate = 50 });
    private readonly PlainAdapter _adapter = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        _adapter.Dispose();
        _loop.Dispose();
    }

    [Case]
    public void A_write_and_a_read_are_one_transfer_of_two_messages()
    {
        II2cDevice device = _adapter.Bus.Device(0x42);
        _loop.Run(async LoopTask () =>
        {
            await device.WriteRegistersAsync(_loop, 0x10, new byte[] { 1, 2, 3 });
            (int transfers, int messages) = BusSim.Counts;
            byte[] read = new byte[3];
            await device.ReadRegistersAsync(_loop, 0x10, read);
            Check.Sequence<byte>([1, 2, 3], read);
            Check.Equal((transfers + 1, messages + 2), BusSim.Counts);
            await device.TransferAsync(_loop, Enumerable.Range(0, 42).Select(i => i % 2 == 0 ? I2cSegment.Write(new byte[] { 0x11 }) : I2cSegment.Read(read.AsMemory(0, 1))).ToArray());
            Check.Equal((transfers + 2, messages + 44), BusSim.Counts);
            Check.Equal(2, (int)read[0]);
            byte[] large = new byte[8192];
            await device.TransferAsync(_loop, default, large);
        });
    }

    [Case]
    public void An_address_of_ten_bits_is_another_one_than_its_low_bits()
    {
        II2cDevice far = _adapter.Bus.Device(0x123, new I2cDeviceOptions { TenBit = true });
        _loop.Run(async LoopTask () =>
        {
            await far.WriteRegisterAsync(_loop, 7, 0x77);
            Check.Equal(0x77, (int)await far.ReadRegisterAsync(_loop, 7));
            Check.Equal(0x77, (int)await far.SmbusReadByteAsync(_loop, 7), "the kernel makes SMBus of plain I2C");
            Check.Equal(0x77, (int)await _adapter.Bus.Device(0x42).SmbusReadByteAsync(_loop, 7), "and 7 bits again");
            bool answers = await _adapter.Bus.Device(0x23).AnswersAsync(_loop);
            Check.False(answers);
        });
    }

    [Case]
    public void A_check_sum_that_is_wrong_is_told()
    {
        II2cDevice device = _adapter.Bus.Device(0x42, new I2cDeviceOptions { Pec = true });
        _loop.Run(async LoopTask () =>
        {
            I2cFault fault = await Fault(device);
            Check.Equal(I2cFault.BadData, fault); // the chip sends a register, not a check sum
            Check.Equal(0, (int)await _adapter.Bus.Device(0x42).SmbusReadByteAsync(_loop, 0xF0), "and none without");
        });

        async LoopTask<I2cFault> Fault(II2cDevice device)
        {
            try
            {
                await device.SmbusReadByteAsync(_loop, 0xF0);
                await device.SmbusReadByteAsync(_loop, 0x10);
                return I2cFault.Other;
            }
            catch (I2cException exception)
            {
                return exception.Fault;
            }
        }
    }

    [Case]
    public void The_drivers_errors_have_their_meaning()
    {
        II2cDevice device = _adapter.Bus.Device(0x42);
        (int Error, I2cFault Fault)[] all =
        [
            (6, I2cFault.NoAnswer), (121, I2cFault.NoAnswer), (110, I2cFault.TimedOut), (71, I2cFault.BadData), (74, I2cFault.BadData), (95, I2cFault.Unsupported), (5, I2cFault.Other),
        ];
        foreach ((int error, I2cFault fault) in all)
        {
            BusSim.Fail = error;
            I2cException thrown = Check.Throws<I2cException>(() => _loop.Run(async LoopTask () => await device.ReadRegisterAsync(_loop, 0)));
            Check.Equal(fault, thrown.Fault);
            Check.Equal(error, thrown.HResult);
        }
    }

    [Case]
    public void A_slow_transfer_holds_no_frame_and_a_caller_without_patience_does_not_lose_the_bus()
    {
        II2cDevice device = _adapter.Bus.Device(0x42);
        int frames = 0;
        _loop.OnFrame(FramePhase.Update, _ => frames++);
        _loop.Run(async LoopTask () =>
        {
            await device.WriteRegisterAsync(_loop, 5, 0x55);
            BusSim.DelayMs = 400;
            (int before, TimeSpan start) = (frames, _loop.Now);
            Check.Equal(0x55, (int)await device.ReadRegisterAsync(_loop, 5));
            Check.True(_loop.Now - start >= TimeSpan.FromMilliseconds(400), $"it was slow: {_loop.Now - start}");
            Check.True(frames - before >= 10, $"{frames - before} frames of 50 Hz in {_loop.Now - start}");

            bool isLate = false;
            start = _loop.Now;
            try
            {
                await _loop.WithTimeout(token => device.ReadRegisterAsync(_loop, 5, token), TimeSpan.FromMilliseconds(60));
            }
            catch (TimeoutException)
            {
                isLate = true;
            }

            Check.True(isLate && _loop.Now - start < TimeSpan.FromMilliseconds(390), $"left after {_loop.Now - start}");
            Check.Equal(0x55, (int)await device.ReadRegisterAsync(_loop, 5));
            Check.True(_loop.Now - start >= TimeSpan.FromMilliseconds(800), "the bus has ended the one before");
        });
    }

    [Case]
    public void Transfers_of_many_at_once_hold_one_thread_of_the_pool()
    {
        II2cDevice device = _adapter.Bus.Device(0x42);
        int ended = 0;
        BusSim.DelayMs = 20;
        int before = ThreadPool.ThreadCount;
        _loop.CallSoon(() =>
        {
            for (int i = 0; i < 20; i++)
            {
                Read().Forget();
            }
        });
        Pump.Until(_loop, () => ended == 20);
        Check.True(ThreadPool.ThreadCount <= before + 1, $"{before} threads before, {ThreadPool.ThreadCount} after");

        async LoopTask Read()
        {
            await device.ReadRegisterAsync(_loop, 1);
            ended++;
        }
    }

    [Case]
    public void A_transfer_allocates_nothing_on_the_loops_thread_in_the_steady_state()
    {
        using MainLoop loop = Loops.New();
        II2cDevice device = _adapter.Bus.Device(0x42);
        long ended = 0;
        byte[] memory = new byte[6];
        loop.CallSoon(() => Read().Forget());
        Allocations.None(() =>
        {
            long before = ended;
            while (ended == before)
            {
                loop.Tick(Pump.Wait);
            }
        });
        Check.True(ended > 1000);

        async LoopTask Read()
        {
            while (true)
            {
                await device.ReadRegistersAsync(loop, 0x20, memory);
                ended++;
                await device.ReadRegisterAsync(loop, 0x20);
                ended++;
            }
        }
    }
}
