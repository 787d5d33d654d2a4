using Mainspring.Contracts;
using Mainspring.Devices.Simulation;

namespace Mainspring.Hardware.Input;

/// <summary>The source contract, for a device of the kernel.</summary>
public sealed class UinputSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new UinputRig(InputLayout.Mouse);
}

/// <summary>The input contract, for a device of the kernel.</summary>
public sealed class UinputDeviceContract : InputDeviceContract
{
    /// <inheritdoc/>
    protected override InputRig CreateRig(InputLayout layout) => new UinputRig(layout);
}
