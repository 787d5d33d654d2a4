using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.I2c;

/// <summary>The kernel's spidev, on a controller that hears itself.</summary>
public sealed class SpiCases : IDisposable
{
    private readonly MainLoop _loop = Loops.New(static options => options with { FrameRate = 50 });

    /// <inheritdoc/>
    public void Dispose()
    {
        (BusSim.DelayMs, BusSim.Fail) = (0, 0);
        _loop.Dispose();
    }

    [Case]
    public void What_is_written_is_read_at_the_same_time_in_one_call_of_several_segments()
    {
        Check.Sequence(["/dev/spidev0.0", "/dev/spidev0.1"], LinuxSpiDevice.List());
        using LinuxSpiDevice device = LinuxSpiDevice.Open(0, 0);
        _loop.Run(async LoopTask () =>
        {
            byte[] read = new byte[4], late = new byte[2];
            await device.TransferAsync(_loop, new byte[] { 1, 2, 3, 4 }, read);
            Check.Sequence<byte>([1, 2, 3, 4], read);
            int before = BusSim.Counts.Messages;
            await device.TransferAsync(_loop, new[]
            {
                new SpiSegment { Write = new byte[] { 9 }, DelayMicroseconds = 100, ToggleChipSelect = true },
                new SpiSegment { Write = new byte[] { 7, 8 }, Read = late, SpeedHz = 100_000, BitsPerWord = 8 },
                new SpiSegment { Read = read },
            });
            Check.Sequence<byte>([7, 8], late);
            Check.Sequence<byte>([0, 0, 0, 0], read, "zeros were written");
            Check.Equal(before + 3, BusSim.Counts.Messages);
            byte[] large = [.. Enumerable.Range(0, device.MaxTransferBytes).Select(static i => (byte)(i * 31))], back = new byte[device.MaxTransferBytes];
            await device.TransferAsync(_loop, large, back);
            Check.Sequence(large, back);
        });
        Check.Equal(4096, device.MaxTransferBytes);
        Check.Throws<ArgumentException>(() => _loop.Run(async LoopTask () => await device.TransferAsync(_loop, new byte[4097], default)));
    }

    [Case]
    public void Settings_are_read_back_and_what_the_controller_cannot_do_is_named()
    {
        using (LinuxSpiDevice device = LinuxSpiDevice.Open(0, 1, new SpiOptions { Mode = 3, SpeedHz = 500_000, BitsPerWord = 16, LoopBack = true }))
        {
            Check.Equal(new SpiOptions { Mode = 3, SpeedHz = 500_000, BitsPerWord = 16, LoopBack = true }, device.Settings);
        }

        using (LinuxSpiDevice device = LinuxSpiDevice.Open("/dev/spidev0.1"))
        {
            Check.Equal(new SpiOptions { SpeedHz = device.Settings.SpeedHz }, device.Settings, "mode and word size are the defaults again");
        }

        Check.Contains("words of 13 bits", Check.Throws<IOException>(static () => LinuxSpiDevice.Open(0, 1, new SpiOptions { BitsPerWord = 13 })).Message);
        Check.Contains("with LsbFirst", Check.Throws<IOException>(static () => LinuxSpiDevice.Open(0, 1, new SpiOptions { LsbFirst = true })).Message);
    }

    [Case]
    public void A_slow_transfer_holds_no_frame_and_an_error_is_told()
    {
        using LinuxSpiDevice device = LinuxSpiDevice.Open(0, 0);
        int frames = 0;
        _loop.OnFrame(FramePhase.Update, _ => frames++);
        _loop.Run(async LoopTask () =>
        {
            BusSim.DelayMs = 300;
            int before = frames;
            await device.TransferAsync(_loop, new byte[1], default);
            Check.True(frames - before >= 8, $"{frames - before} frames of 50 Hz in 300 ms");
        });
        (BusSim.DelayMs, BusSim.Fail) = (0, 5);
        var error = Check.Throws<IOException>(() => _loop.Run(async LoopTask () => await device.TransferAsync(_loop, new byte[3], default)));
        Check.Contains("/dev/spidev0.0: a transfer of 3 bytes in 1 segments", error.Message);
    }

    [Case]
    public void A_transfer_allocates_nothing_on_the_loops_thread_in_the_steady_state()
    {
        using MainLoop loop = Loops.New();
        using LinuxSpiDevice device = LinuxSpiDevice.Open(0, 0);
        long ended = 0;
        byte[] written = [1, 2, 3, 4], read = new byte[4];
        loop.CallSoon(() => Exchange().Forget());
        Allocations.None(() =>
        {
            long before = ended;
            while (ended == before)
            {
                loop.Tick(Pump.Wait);
            }
        });
        Check.True(ended > 1000);

        async LoopTask Exchange()
        {
            while (true)
            {
                await device.TransferAsync(loop, written, read);
                ended++;
            }
        }
    }
}
