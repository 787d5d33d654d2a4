namespace Mainspring.Devices;

/// <summary>A transfer on an I2C bus failed. The message says what was tried on what, and what to do.</summary>
/// <param name="fault">What went wrong.</param>
/// <param name="message">The message.</param>
/// <param name="errorNumber">The kernel's error number; 0 when it is not the kernel that refused.</param>
public sealed class I2cException(I2cFault fault, string message, int errorNumber = 0) : IOException(message, errorNumber)
{
    /// <summary>What went wrong.</summary>
    public I2cFault Fault => fault;
}
