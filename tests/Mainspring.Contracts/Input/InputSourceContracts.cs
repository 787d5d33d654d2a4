using Mainspring.Devices.Simulation;

namespace Mainspring.Contracts;

/// <summary>The source contract, for a simulated input device in real time.</summary>
public sealed class SimulatedInputSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SimulatedInputRig(InputLayout.Mouse);
}

/// <summary>The source contract, for a simulated input device on a virtual clock.</summary>
public sealed class VirtualSimulatedInputSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new SimulatedInputRig(InputLayout.Mouse);

    /// <inheritdoc/>
    protected override MainLoop CreateLoop(LoopOptions options) => new(options with { Clock = new VirtualClock() });
}

/// <summary>The source contract, for Linux's input device that reads from a pipe.</summary>
public sealed class PipeInputSourceContract : SourceContract
{
    /// <inheritdoc/>
    protected override SourceRig CreateRig() => new PipeInputRig(InputLayout.Mouse);
}

/// <summary>The input contract, for a simulated device on a virtual clock.</summary>
public sealed class SimulatedInputContract : InputDeviceContract
{
    /// <inheritdoc/>
    protected override LoopOptions LoopOptions => new() { Clock = new VirtualClock() };

    /// <inheritdoc/>
    protected override InputRig CreateRig(InputLayout layout) => new SimulatedInputRig(layout);
}

/// <summary>The input contract, for Linux's input device that reads from a pipe, few events a dispatch.</summary>
public sealed class PipeInputContract : InputDeviceContract
{
    /// <inheritdoc/>
    protected override LoopOptions LoopOptions => new() { MaxEventsPerDispatch = 3 };

    /// <inheritdoc/>
    protected override InputRig CreateRig(InputLayout layout) => new PipeInputRig(layout);
}
