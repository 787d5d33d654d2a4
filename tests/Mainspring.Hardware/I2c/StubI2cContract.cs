using System.Diagnostics.CodeAnalysis;
using Mainspring.Contracts.Buses;

namespace Mainspring.Hardware.I2c;

/// <summary>What every I2C bus does, on the kernel's i2c-stub.</summary>
public sealed class StubI2cContract : I2cContract
{
    /// <inheritdoc/>
    [DynamicDependency(DynamicallyAccessedMemberTypes.PublicMethods, typeof(I2cContract))] // the cases, which nothing else names
    protected override I2cRig NewRig() => new StubAdapter();
}
