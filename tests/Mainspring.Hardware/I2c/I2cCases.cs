using System.Globalization;
using Mainspring.Contracts;
using Mainspring.Devices;
using Mainspring.Devices.Linux;
using Mainspring.Hardware.Guest;

namespace Mainspring.Hardware.I2c;

/// <summary>The kernel's I2C, cross-checked by i2c-tools.</summary>
public sealed class I2cCases : IDisposable
{
    private readonly MainLoop _loop = Loops.New();

    /// <inheritdoc/>
    public void Dispose() => _loop.Dispose();

    [Case]
    public void What_i2cset_wrote_is_read_and_what_was_written_i2cget_reads()
    {
        using var stub = new StubAdapter();
        II2cDevice device = stub.Bus.Device(0x48);
        Tool.Run("i2cset", "-y", Text(stub.Number), "0x48", "0x10", "0xa7", "b");
        Tool.Run("i2cset", "-y", Text(stub.Number), "0x48", "0x12", "0xcafe", "w");
        Tool.Run("i2cset", "-y", Text(stub.Number), "0x48", "0x20", "1", "2", "3", "4", "i");
        _loop.Run(async LoopTask () =>
        {
            Check.Equal(0xA7, (int)await device.ReadRegisterAsync(_loop, 0x10));
            Check.Equal(0xCAFE, (int)await device.SmbusReadWordAsync(_loop, 0x12));
            byte[] four = new byte[4];
            await device.ReadRegistersAsync(_loop, 0x20, four);
            Check.Sequence<byte>([1, 2, 3, 4], four);
            await device.WriteRegisterAsync(_loop, 0x30, 0x5C);
            await device.SmbusWriteWordAsync(_loop, 0x32, 0xBEEF);
            await device.WriteRegistersAsync(_loop, 0x40, new byte[] { 0x11, 0x22, 0x33 });
        });
        Check.Equal("0x5c", Tool.Run("i2cget", "-y", Text(stub.Number), "0x48", "0x30", "b"));
        Check.Equal("0xbeef", Tool.Run("i2cget", "-y", Text(stub.Number), "0x48", "0x32", "w"));
        Check.Equal("0x11 0x22 0x33", Tool.Run("i2cget", "-y", Text(stub.Number), "0x48", "0x40", "i", "3"));
    }

    [Case]
    public void All_devices_that_i2cdetect_sees_answer_and_no_others()
    {
        using var stub = new StubAdapter();
        var found = new List<int>();
        _loop.Run(async LoopTask () =>
        {
            for (int address = 0x08; address < 0x78; address++)
            {
                if (await stub.Bus.Device(address).AnswersAsync(_loop))
                {
                    found.Add(address);
                }
            }
        });
        string[] seen = [.. Tool.Run("i2cdetect", "-y", "-q", Text(stub.Number)).Split('\n').Skip(1)
            .SelectMany(static line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(static entry => entry != "--")];
        Check.Sequence(seen, found.Select(static address => address.ToString("x2", CultureInfo.InvariantCulture)));
        Check.Equal(5, found.Count);
    }

    [Case]
    public void An_address_that_a_driver_holds_is_refused_with_the_drivers_name_until_it_lets_go()
    {
        using var stub = new StubAdapter();
        string adapter = $"/sys/bus/i2c/devices/i2c-{stub.Number}";
        II2cDevice before = stub.Bus.Device(0x68);
        File.WriteAllText($"{adapter}/new_device", "dummy 0x68");
        try
        {
            I2cException error = Check.Throws<I2cException>(() => stub.Bus.Device(0x68));
            Check.Equal(I2cFault.InUse, error.Fault);
            Check.Contains($"0x68 on /dev/i2c-{stub.Number}: the kernel's driver 'dummy' holds this address", error.Message);
            I2cException late = Check.Throws<I2cException>(() => _loop.Run(async LoopTask () => await before.SmbusReadByteAsync(_loop, 0)));
            Check.Equal(I2cFault.InUse, late.Fault, "a driver that has come after the device was made");
            II2cDevice forced = stub.Bus.Device(0x68, new I2cDeviceOptions { Force = true });
            _loop.Run(async LoopTask () =>
            {
                await forced.WriteRegisterAsync(_loop, 1, 0x42);
                Check.Equal(0x42, (int)await forced.ReadRegisterAsync(_loop, 1));
            });
        }
        finally
        {
            File.WriteAllText($"{adapter}/delete_device", "0x68");
        }

        _loop.Run(async LoopTask () => Check.Equal(0x42, (int)await before.ReadRegisterAsync(_loop, 1)));
    }

    [Case]
    public void Only_what_the_adapter_says_it_can_is_asked_of_it()
    {
        using var stub = new StubAdapter(I2cFunctions.SmbusReadByteData | I2cFunctions.SmbusWriteByteData);
        Check.Contains("I2C Block Read                   no", Tool.Run("i2cdetect", "-F", Text(stub.Number)));
        II2cDevice device = stub.Bus.Device(0x50);
        _loop.Run(async LoopTask () =>
        {
            await device.WriteRegisterAsync(_loop, 9, 0x99);
            Check.Equal(0x99, (int)await device.ReadRegisterAsync(_loop, 9));
        });
        Check.Contains("write 1, read 4", Refused(() => _loop.Run(async LoopTask () => await device.ReadRegistersAsync(_loop, 9, new byte[4]))));
        Check.Contains("ReadWordData", Refused(() => _loop.Run(async LoopTask () => await device.SmbusReadWordAsync(_loop, 9))));
        Check.Contains("QuickWrite", Refused(() => _loop.Run(async LoopTask () => await device.AnswersAsync(_loop))));
        Check.Contains("10 bits", Refused(() => stub.Bus.Device(0x150, new I2cDeviceOptions { TenBit = true })));
        Check.Contains("PEC", Refused(() => stub.Bus.Device(0x50, new I2cDeviceOptions { Pec = true })));

        static string Refused(Action action)
        {
            I2cException error = Check.Throws<I2cException>(action);
            Check.Equal(I2cFault.Unsupported, error.Fault);
            return error.Message;
        }
    }

    [Case]
    public void The_adapter_takes_a_timeout_and_retries()
    {
        using var stub = new StubAdapter();
        using LinuxI2cBus bus = LinuxI2cBus.Open(stub.Number, new I2cBusOptions { Timeout = TimeSpan.FromMilliseconds(15), Retries = 2 });
        _loop.Run(async LoopTask () => Check.True(await bus.Device(0x50).AnswersAsync(_loop)));
    }

    [Case]
    public void A_transfer_allocates_nothing_on_the_loops_thread_in_the_steady_state()
    {
        using var stub = new StubAdapter();
        II2cDevice device = stub.Bus.Device(0x50);
        long ended = 0;
        byte[] memory = new byte[6];
        _loop.CallSoon(() => Read().Forget());
        Allocations.None(() =>
        {
            long before = ended;
            while (ended == before)
            {
                _loop.Tick(Pump.Wait);
            }
        });
        Check.True(ended > 1000);

        async LoopTask Read()
        {
            while (true)
            {
                await device.ReadRegistersAsync(_loop, 0x20, memory);
                ended++;
                await device.ReadRegisterAsync(_loop, 0x20);
                ended++;
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
