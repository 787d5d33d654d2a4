using Mainspring.Contracts.Core;
using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts.Buses;

/// <summary>Simulated I2C, SPI and PWM, exact on a virtual clock.</summary>
public sealed class SimulatedBusCases : VirtualLoopSuite
{
    [Case]
    public void A_transfer_takes_exactly_its_devices_latency_and_the_next_waits_for_it()
    {
        var bus = new SimulatedI2cBus();
        bus.Add(0x10, new SimulatedI2cRegisters { Latency = Ms(5), [1] = 11 });
        bus.Add(0x20, new SimulatedI2cRegisters { Latency = Ms(0.25), [1] = 22 });
        Loop.CallSoon(() =>
        {
            Read(0x10).Forget();
            Read(0x20).Forget();
            Read(0x10).Forget();
            Check.Equal(2, bus.Waiting);
        });
        RunUntilIdle();
        Check.Sequence(["11 at 5", "22 at 5.25", "11 at 10.25"], Journal);
        Check.Equal(3L, bus.Transfers);

        async LoopTask Read(int address)
        {
            byte value = await bus.Device(address).ReadRegisterAsync(Loop, 1);
            Journal.Add(FormattableString.Invariant($"{value} at {Loop.Now.TotalMilliseconds}"));
        }
    }

    [Case]
    public void A_bus_whose_loop_was_disposed_during_a_transfer_serves_the_next_loop()
    {
        var bus = new SimulatedI2cBus();
        bus.Add(0x10, new SimulatedI2cRegisters { Latency = Ms(5), [1] = 11 });
        MainLoop first = Build(new LoopOptions { Clock = new VirtualClock() });
        first.CallSoon(() =>
        {
            Read(first).Forget();
            Read(first).Forget();
        });
        first.Run(new RunOptions { For = Ms(2) });
        first.Dispose();
        Check.Equal(0, bus.Waiting);
        MainLoop second = Build(new LoopOptions { Clock = new VirtualClock() });
        second.Run(async LoopTask () => await Read(second));
        Check.Sequence(["11 at 5"], Journal);

        async LoopTask Read(MainLoop loop)
        {
            byte value = await bus.Device(0x10).ReadRegisterAsync(loop, 1);
            Journal.Add(FormattableString.Invariant($"{value} at {loop.Now.TotalMilliseconds}"));
        }
    }

    [Case]
    public void A_slow_sensor_holds_no_frame()
    {
        MainLoop loop = Build(new LoopOptions { FrameRate = 100 });
        var bus = new SimulatedI2cBus();
        bus.Add(0x76, new SimulatedI2cRegisters { Latency = Ms(95), [0] = 7 });
        int frames = 0;
        loop.OnFrame(FramePhase.Update, _ => frames++);
        loop.CallSoon(() => Read().Forget());
        RunFor(Ms(100));
        Check.Sequence(["7 after 10 frames"], Journal);

        async LoopTask Read()
        {
            int before = frames;
            byte value = await bus.Device(0x76).ReadRegisterAsync(loop, 0);
            Journal.Add($"{value} after {frames - before} frames");
        }
    }

    [Case]
    public void A_caller_that_runs_out_of_time_loses_neither_the_bus_nor_the_order()
    {
        var bus = new SimulatedI2cBus();
        bus.Add(0x10, new SimulatedI2cRegisters { Latency = Ms(50) });
        bus.Add(0x20, new SimulatedI2cRegisters { Latency = Ms(1), [0] = 5 });
        byte[] memory = [0xEE];
        Loop.Run(async LoopTask () =>
        {
            try
            {
                await Loop.WithTimeout(token => Read(token), Ms(10));
            }
            catch (TimeoutException)
            {
                Journal.Add(FormattableString.Invariant($"timeout at {Loop.Now.TotalMilliseconds}"));
            }

            Journal.Add(FormattableString.Invariant($"{await bus.Device(0x20).ReadRegisterAsync(Loop, 0)} at {Loop.Now.TotalMilliseconds}"));
        });
        Check.Sequence(["timeout at 10", "5 at 51"], Journal);
        Check.Equal(0xEE, (int)memory[0], "the memory of a caller that has gone on is left alone");

        async LoopTask<int> Read(CancellationToken token)
        {
            await bus.Device(0x10).TransferAsync(Loop, new byte[] { 0 }, memory, token);
            return 0;
        }
    }

    [Case]
    public void A_transfer_that_is_cancelled_while_it_waits_is_never_sent()
    {
        var bus = new SimulatedI2cBus();
        var registers = new SimulatedI2cRegisters { Latency = Ms(10) };
        bus.Add(0x10, registers);
        using var cancellation = new CancellationTokenSource();
        II2cDevice device = bus.Device(0x10);
        Loop.CallSoon(() =>
        {
            Write(1, default).Forget();
            Write(2, cancellation.Token).Forget();
            Write(3, default).Forget();
        });
        Loop.CallLater(Ms(5), cancellation.Cancel);
        registers.Written += register => Journal.Add($"register {register} = {registers[register]}");
        RunUntilIdle();
        Check.Sequence(["2 cancelled at 5", "register 1 = 1", "1 written at 10", "register 3 = 3", "3 written at 20"], Journal);

        async LoopTask Write(byte value, CancellationToken token)
        {
            try
            {
                await device.WriteRegisterAsync(Loop, value, value, token);
                Journal.Add($"{value} written at {Loop.Now.TotalMilliseconds}");
            }
            catch (OperationCanceledException)
            {
                Journal.Add($"{value} cancelled at {Loop.Now.TotalMilliseconds}");
            }
        }
    }

    [Case]
    public void Faults_of_a_device_and_a_stuck_bus_come_as_the_kernels_would()
    {
        var bus = new SimulatedI2cBus("bus-3");
        var registers = new SimulatedI2cRegisters { [0] = 9 };
        bus.Add(0x10, registers);
        II2cDevice device = bus.Device(0x10);
        Loop.Run(async LoopTask () =>
        {
            registers.FailNext(I2cFault.NoAnswer, 2);
            await Try();
            await Try();
            await Try();
            bus.IsStuck = true;
            await Try();
            bus.IsStuck = false;
            await Try();
            bus.Remove(0x10);
            await Try();
        });
        Check.Sequence(["NoAnswer at 0", "NoAnswer at 0", "9 at 0", "TimedOut at 1", "9 at 1", "NoAnswer at 1"], Journal);
        bus.Hold(0x10, "bmp280");
        I2cException held = Check.Throws<I2cException>(() => bus.Device(0x10));
        Check.Equal(I2cFault.InUse, held.Fault);
        Check.Contains("'bmp280'", held.Message);
        Check.Equal(0x10, bus.Device(0x10, new I2cDeviceOptions { Force = true }).Address);

        async LoopTask Try()
        {
            try
            {
                Journal.Add($"{await device.ReadRegisterAsync(Loop, 0)} at {Loop.Now.TotalSeconds}");
            }
            catch (I2cException exception)
            {
                Journal.Add($"{exception.Fault} at {Loop.Now.TotalSeconds}");
            }
        }
    }

    [Case]
    public void Registers_have_numbers_and_values_of_one_or_two_bytes_and_count_on()
    {
        var bus = new SimulatedI2cBus();
        var memory = new SimulatedI2cRegisters(4096, numberBytes: 2);
        var words = new SimulatedI2cRegisters(16, valueBytes: 2) { [3] = 0x1234, [4] = 0x5678 };
        var port = new SimulatedI2cRegisters(2) { AutoIncrement = false, [1] = 0xAA };
        bus.Add(0x50, memory);
        bus.Add(0x51, words);
        bus.Add(0x123, port, tenBit: true);
        Loop.Run(async LoopTask () =>
        {
            II2cDevice eeprom = bus.Device(0x50, new I2cDeviceOptions { RegisterBytes = 2 });
            await eeprom.WriteRegistersAsync(Loop, 0x0FFF, new byte[] { 1, 2 });
            Check.Equal(1, memory[0x0FFF]);
            Check.Equal(2, memory[0], "around the end");
            Check.Equal(1, (int)await eeprom.ReadRegisterAsync(Loop, 0x0FFF));
            Check.Equal(0x1234, (int)await bus.Device(0x51).ReadRegister16Async(Loop, 3));
            byte[] four = new byte[4];
            await bus.Device(0x51).ReadRegistersAsync(Loop, 3, four);
            Check.Sequence<byte>([0x12, 0x34, 0x56, 0x78], four);
            II2cDevice far = bus.Device(0x123, new I2cDeviceOptions { TenBit = true });
            await far.ReadRegistersAsync(Loop, 1, four);
            Check.Sequence<byte>([0xAA, 0xAA, 0xAA, 0xAA], four);
        });
    }

    [Case]
    public void Spi_writes_and_reads_at_the_same_time_and_its_delays_are_exact()
    {
        using SimulatedSpiDevice device = SimulatedSpiDevice.LoopBack(new SpiOptions { Mode = 3, SpeedHz = 1_000_000 });
        device.Latency = Ms(1);
        Loop.Run(async LoopTask () =>
        {
            byte[] read = new byte[3], late = new byte[2];
            await device.TransferAsync(Loop, new byte[] { 1, 2, 3 }, read);
            Check.Sequence<byte>([1, 2, 3], read);
            Check.Equal(Ms(1), Loop.Now);
            await device.TransferAsync(Loop, new[]
            {
                new SpiSegment { Write = new byte[] { 7 }, DelayMicroseconds = 250 },
                new SpiSegment { Write = new byte[] { 8, 9 }, Read = late, DelayMicroseconds = 750 },
            });
            Check.Sequence<byte>([8, 9], late);
            Check.Equal(Ms(3), Loop.Now);
            await device.TransferAsync(Loop, default, read);
            Check.Sequence<byte>([0, 0, 0], read, "zeros are written");
        });
    }

    [Case]
    public void Spi_refuses_what_cannot_be_with_the_reason()
    {
        using SimulatedSpiDevice device = SimulatedSpiDevice.LoopBack();
        Check.Contains("as long as each other", Refused(new byte[2], new byte[3]));
        Check.Contains("nothing to write", Refused(default, default));
        Check.Contains("at most 4096 bytes", Refused(new byte[4097], default));
        Check.Contains("spidev.bufsiz", Refused(new byte[4097], default));

        string Refused(ReadOnlyMemory<byte> write, Memory<byte> read) =>
            Check.Throws<ArgumentException>(() => Loop.Run(async LoopTask () => await device.TransferAsync(Loop, write, read))).Message;
    }

    [Case]
    public void A_scripted_spi_device_answers_and_tells_what_it_did_not_expect()
    {
        using SimulatedSpiDevice device = SimulatedSpiDevice.Scripted(([0x9F, 0], [0, 0xEF]));
        byte[] read = new byte[2];
        Loop.Run(async LoopTask () => await device.TransferAsync(Loop, new byte[] { 0x9F, 0 }, read));
        Check.Sequence<byte>([0, 0xEF], read);
        var error = Check.Throws<IOException>(() => Loop.Run(async LoopTask () => await device.TransferAsync(Loop, new byte[] { 1 }, default)));
        Check.Contains("expected nothing more, was 01", error.Message);
    }

    [Case]
    public void A_simulated_pwm_remembers_what_it_put_out_and_when_and_is_safe_at_the_end()
    {
        var pwm = new SimulatedPwm { Latency = Ms(2) };
        Loop.Run(async LoopTask () =>
        {
            await pwm.SetAsync(Loop, PwmState.Of(50, 0.075));
            await pwm.SetAsync(Loop, PwmState.Of(50, 0.1));
            await pwm.CloseAsync(Loop);
        });
        Check.Sequence(
            ["2: 1500000/20000000 True", "4: 2000000/20000000 True", "6: 0/20000000 False"],
            pwm.Changes.Select(static change => $"{change.At.TotalMilliseconds}: {change.State.DutyNs}/{change.State.PeriodNs} {change.State.IsEnabled}"));
        Check.Throws<ObjectDisposedException>(() => Loop.Run(async LoopTask () => await pwm.SetAsync(Loop, PwmState.Of(50, 0.1))));
        Check.Throws<ArgumentOutOfRangeException>(() => PwmState.Of(double.NaN, 0));
        Check.Throws<ArgumentOutOfRangeException>(() => PwmState.Of(50, 1.5));
    }
}
