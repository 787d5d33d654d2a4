using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Contracts.Buses;

/// <summary>Opening buses that are not there, or are something else; and the numbers of the kernel.</summary>
public sealed class LinuxBusOpenCases
{
    [Case]
    public void A_bus_that_is_not_there_says_how_to_get_one()
    {
        Sys.NeedsLinux();
        Check.Contains("/dev/i2c-4095: there is no such device; ", Check.Throws<IOException>(() => LinuxI2cBus.Open(4095)).Message);
        Check.Contains("dtparam=spi=on", Check.Throws<IOException>(() => LinuxSpiDevice.Open(4095, 0)).Message);
    }

    [Case]
    public void What_is_no_bus_is_called_so()
    {
        Sys.NeedsLinux();
        Check.Contains("/dev/null: is no I2C bus", Check.Throws<IOException>(() => LinuxI2cBus.Open("/dev/null")).Message);
        Check.Contains("/dev/null: is no SPI device", Check.Throws<IOException>(() => LinuxSpiDevice.Open("/dev/null")).Message);
    }

    [Case]
    public void Wrong_options_are_refused_when_they_are_made()
    {
        Check.Throws<ArgumentOutOfRangeException>(static () => new I2cBusOptions { Timeout = TimeSpan.Zero });
        Check.Throws<ArgumentOutOfRangeException>(static () => new I2cBusOptions { Retries = 256 });
        Check.Throws<ArgumentOutOfRangeException>(static () => new I2cDeviceOptions { RegisterBytes = 3 });
        Check.Throws<ArgumentOutOfRangeException>(static () => new SpiOptions { Mode = 4 });
        Check.Throws<ArgumentOutOfRangeException>(static () => new SpiOptions { BitsPerWord = 33 });
    }

    [Case]
    public void The_functions_of_an_adapter_have_the_kernels_numbers() => Check.Sequence(
        [
            I2cAbi.FunctionI2c, I2cAbi.FunctionTenBit, I2cAbi.FunctionPec, I2cAbi.FunctionBlockProcessCall, I2cAbi.FunctionQuick, I2cAbi.FunctionReadByte,
            I2cAbi.FunctionWriteByte, I2cAbi.FunctionReadByteData, I2cAbi.FunctionWriteByteData, I2cAbi.FunctionReadWordData, I2cAbi.FunctionWriteWordData,
            I2cAbi.FunctionProcessCall, I2cAbi.FunctionReadBlockData, I2cAbi.FunctionWriteBlockData, I2cAbi.FunctionReadI2cBlock, I2cAbi.FunctionWriteI2cBlock,
        ],
        [
            (uint)I2cFunctions.I2c, (uint)I2cFunctions.TenBit, (uint)I2cFunctions.Pec, (uint)I2cFunctions.SmbusBlockProcessCall, (uint)I2cFunctions.SmbusQuick,
            (uint)I2cFunctions.SmbusReadByte, (uint)I2cFunctions.SmbusWriteByte, (uint)I2cFunctions.SmbusReadByteData, (uint)I2cFunctions.SmbusWriteByteData,
            (uint)I2cFunctions.SmbusReadWordData, (uint)I2cFunctions.SmbusWriteWordData, (uint)I2cFunctions.SmbusProcessCall, (uint)I2cFunctions.SmbusReadBlockData,
            (uint)I2cFunctions.SmbusWriteBlockData, (uint)I2cFunctions.SmbusReadI2cBlock, (uint)I2cFunctions.SmbusWriteI2cBlock,
        ]);
}
