namespace Mainspring.Devices;

/// <summary>What went wrong on an I2C bus (kernel: Documentation/i2c/fault-codes.rst).</summary>
public enum I2cFault
{
    /// <summary>Something that the message tells.</summary>
    Other,

    /// <summary>No device has acknowledged.</summary>
    NoAnswer,

    /// <summary>The bus was not free in time, or a line is held low.</summary>
    TimedOut,

    /// <summary>Another master has taken the bus.</summary>
    LostArbitration,

    /// <summary>A check sum (PEC) or a length was wrong.</summary>
    BadData,

    /// <summary>The adapter cannot do that.</summary>
    Unsupported,

    /// <summary>A kernel driver holds the address.</summary>
    InUse,
}
