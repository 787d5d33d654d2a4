namespace Mainspring.Devices;

/// <summary>The commands of SMBus (kernel: Documentation/i2c/smbus-protocol.rst).</summary>
public enum SmbusProtocol
{
    /// <summary>The write bit after the address, and nothing else.</summary>
    QuickWrite,

    /// <summary>The read bit after the address, and nothing else.</summary>
    QuickRead,

    /// <summary>One byte, from wherever the device stands.</summary>
    ReadByte,

    /// <summary>One byte: the value.</summary>
    WriteByte,

    /// <summary>A byte from a command.</summary>
    ReadByteData,

    /// <summary>A byte to a command.</summary>
    WriteByteData,

    /// <summary>A word from a command, its low byte first.</summary>
    ReadWordData,

    /// <summary>A word to a command, its low byte first.</summary>
    WriteWordData,

    /// <summary>A word to a command, and the word that it answers.</summary>
    ProcessCall,

    /// <summary>A block from a command; the device says how long it is.</summary>
    ReadBlockData,

    /// <summary>A block to a command, after its length.</summary>
    WriteBlockData,

    /// <summary>Bytes from a command; we say how many.</summary>
    ReadI2cBlock,

    /// <summary>Bytes to a command, without their length.</summary>
    WriteI2cBlock,
}
