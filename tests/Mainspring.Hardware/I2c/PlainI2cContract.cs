using System.Diagnostics.CodeAnalysis;
using Mainspring.Contracts.Buses;
using Mainspring.Devices;
using Mainspring.Devices.Linux;

namespace Mainspring.Hardware.I2c;

/// <summary>What every I2C bus does, on an adapter of the kernel that speaks plain I2C.</summary>
public sealed class PlainI2cContract : I2cContract
{
    /// <inheritdoc/>
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(I2cContract))] // the cases, which nothing else names
    protected override I2cRig NewRig() => new PlainAdapter();
}

internal sealed class PlainAdapter : I2cRig
{
    private readonly LinuxI2cBus _bus = LinuxI2cBus.Open(LinuxI2cBus.List().Single(static bus => bus.Adapter == "bus-sim").Path);

    public override II2cBus Bus => _bus;

    public override int Address => 0x42;

    public override int EmptyAddress => 0x33;

    public override void Dispose()
    {
        (BusSim.DelayMs, BusSim.Fail) = (0, 0);
        _bus.Dispose();
    }
}
