namespace Mainspring.Devices.Simulation;

/// <summary>A device of a <see cref="SimulatedI2cBus"/>. Its methods are called on the loop's thread, at the end of the transfer's time.</summary>
public abstract class SimulatedI2cDevice
{
    private I2cFault _fault;
    private int _faults;

    /// <summary>How long each transfer takes, on the loop's clock. The bus belongs to it meanwhile.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public TimeSpan Latency
    {
        get;
        set => field = value >= TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(Latency), value, "A time that is not negative.");
    }

    /// <summary>Has the next transfers fail.</summary>
    /// <param name="fault">How; <see cref="I2cFault.NoAnswer"/> is a device that does not acknowledge.</param>
    /// <param name="count">How many of them.</param>
    public void FailNext(I2cFault fault = I2cFault.NoAnswer, int count = 1) => (_fault, _faults) = (fault, count);

    /// <summary>A write has arrived.</summary>
    /// <param name="bytes">What follows the address.</param>
    protected internal abstract void Write(ReadOnlySpan<byte> bytes);

    /// <summary>A read is answered.</summary>
    /// <param name="bytes">Where the answer goes, whole.</param>
    protected internal abstract void Read(Span<byte> bytes);

    internal I2cFault? TakeFault()
    {
        if (_faults == 0)
        {
            return null;
        }

        _faults--;
        return _fault;
    }
}
