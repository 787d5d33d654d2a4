namespace Mainspring.Devices;

/// <summary>What an adapter can do; the numbers are the kernel's I2C_FUNC_… (linux/i2c.h).</summary>
[Flags]
public enum I2cFunctions : uint
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Plain transfers, combined ones too. An adapter without speaks SMBus only.</summary>
    I2c = 0x1,

    /// <summary>Addresses of 10 bits.</summary>
    TenBit = 0x2,

    /// <summary>Check sums of SMBus.</summary>
    Pec = 0x8,

    /// <summary>A block written and a block read in one command.</summary>
    SmbusBlockProcessCall = 0x8000,

    /// <summary>A command of one bit.</summary>
    SmbusQuick = 0x10000,

    /// <summary>A byte read without a command.</summary>
    SmbusReadByte = 0x20000,

    /// <summary>A byte written without a command.</summary>
    SmbusWriteByte = 0x40000,

    /// <summary>A byte read from a command.</summary>
    SmbusReadByteData = 0x80000,

    /// <summary>A byte written to a command.</summary>
    SmbusWriteByteData = 0x100000,

    /// <summary>A word read from a command.</summary>
    SmbusReadWordData = 0x200000,

    /// <summary>A word written to a command.</summary>
    SmbusWriteWordData = 0x400000,

    /// <summary>A word written and a word read in one command.</summary>
    SmbusProcessCall = 0x800000,

    /// <summary>A block read whose length the device says.</summary>
    SmbusReadBlockData = 0x1000000,

    /// <summary>A block written with its length.</summary>
    SmbusWriteBlockData = 0x2000000,

    /// <summary>A block read without its length.</summary>
    SmbusReadI2cBlock = 0x4000000,

    /// <summary>A block written without its length.</summary>
    SmbusWriteI2cBlock = 0x8000000,
}
