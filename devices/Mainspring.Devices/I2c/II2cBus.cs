namespace Mainspring.Devices;

/// <summary>An I2C bus. One transfer runs at a time, in the order of the calls, and never on the loop's thread; several loops may share a bus.</summary>
public interface II2cBus : IDisposable
{
    /// <summary>Its name for messages: for the kernel's buses the path.</summary>
    string Name { get; }

    /// <summary>What its adapter can do.</summary>
    I2cFunctions Functions { get; }

    /// <summary>How many transfers wait for the one that runs.</summary>
    int Waiting { get; }

    /// <summary>A device of the bus. Nothing is sent: whether it answers shows the first transfer.</summary>
    /// <param name="address">Its address: 0 to 0x7F, or 0 to 0x3FF when it has 10 bits.</param>
    /// <param name="options">How it is spoken to; null means 7 address bits, one byte for a register's number, no check sums.</param>
    /// <returns>The device. It needs no disposal.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such address.</exception>
    /// <exception cref="I2cException">A kernel driver holds the address (<see cref="I2cFault.InUse"/>), or the adapter cannot do what the options want.</exception>
    II2cDevice Device(int address, I2cDeviceOptions? options = null);
}
