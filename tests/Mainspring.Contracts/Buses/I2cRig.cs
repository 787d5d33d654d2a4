using Mainspring.Devices;

namespace Mainspring.Contracts.Buses;

/// <summary>A bus for cases: with a register device of 256 bytes, an address where nothing answers, and one that a driver holds.</summary>
public abstract class I2cRig : IDisposable
{
    /// <summary>The bus.</summary>
    public abstract II2cBus Bus { get; }

    /// <summary>Where the registers are.</summary>
    public abstract int Address { get; }

    /// <summary>Where nothing answers.</summary>
    public abstract int EmptyAddress { get; }

    /// <inheritdoc/>
    public abstract void Dispose();
}
