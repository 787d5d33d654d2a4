using Mainspring.Devices;
using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts.Buses;

/// <summary>The simulated bus whose adapter can do all.</summary>
public sealed class SimulatedI2cContract : I2cContract
{
    /// <inheritdoc/>
    protected override I2cRig NewRig() => new SimulatedI2cRig(new SimulatedI2cBus());
}

/// <summary>The simulated bus whose adapter speaks SMBus only.</summary>
public sealed class SimulatedSmbusContract : I2cContract
{
    /// <inheritdoc/>
    protected override I2cRig NewRig() => new SimulatedI2cRig(new SimulatedI2cBus("smbus-7", (I2cFunctions)0x0FFF0000));
}

internal sealed class SimulatedI2cRig : I2cRig
{
    private readonly SimulatedI2cBus _bus;

    public SimulatedI2cRig(SimulatedI2cBus bus)
    {
        _bus = bus;
        bus.Add(Address, new SimulatedI2cRegisters());
    }

    public override II2cBus Bus => _bus;

    public override int Address => 0x76;

    public override int EmptyAddress => 0x33;

    public override void Dispose() => _bus.Dispose();
}
