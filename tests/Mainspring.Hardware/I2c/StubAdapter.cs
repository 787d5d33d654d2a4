using System.Globalization;
using Mainspring.Contracts;
using Mainspring.Contracts.Buses;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.I2c;

/// <summary>The kernel's i2c-stub as an adapter: it speaks SMBus only, and what it can do of that is the case's to say.</summary>
internal sealed class StubAdapter : I2cRig
{
    /// <summary>All that i2c-stub can do.</summary>
    public const I2cFunctions All = I2cFunctions.SmbusQuick | I2cFunctions.SmbusReadByte | I2cFunctions.SmbusWriteByte | I2cFunctions.SmbusReadByteData
        | I2cFunctions.SmbusWriteByteData | I2cFunctions.SmbusReadWordData | I2cFunctions.SmbusWriteWordData | I2cFunctions.SmbusReadI2cBlock
        | I2cFunctions.SmbusWriteI2cBlock | I2cFunctions.SmbusReadBlockData | I2cFunctions.SmbusWriteBlockData;

    private const string Functionality = "/sys/module/i2c_stub/parameters/functionality";
    private readonly string _before;

    public StubAdapter(I2cFunctions functions = All)
    {
        _before = File.ReadAllText(Functionality).Trim();
        File.WriteAllText(Functionality, ((uint)functions).ToString(CultureInfo.InvariantCulture));
        I2cBusInfo stub = LinuxI2cBus.List().FirstOrDefault(static bus => bus.Adapter.Contains("stub", StringComparison.OrdinalIgnoreCase));
        Check.Contains("/dev/i2c-", stub.Path);
        Number = stub.Number;
        Bus = LinuxI2cBus.Open(stub.Number);
        Check.Equal(functions, Bus.Functions);
    }

    public int Number { get; }

    public override II2cBus Bus { get; }

    public override int Address => 0x76;

    public override int EmptyAddress => 0x33;

    public override void Dispose()
    {
        Bus.Dispose();
        File.WriteAllText(Functionality, _before);
    }
}
