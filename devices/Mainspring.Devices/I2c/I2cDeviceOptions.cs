namespace Mainspring.Devices;

/// <summary>How an I2C device is spoken to.</summary>
public sealed record I2cDeviceOptions
{
    /// <summary>The address has 10 bits.</summary>
    public bool TenBit { get; init; }

    /// <summary>SMBus commands carry a check sum (PEC). Plain transfers never do.</summary>
    public bool Pec { get; init; }

    /// <summary>Speak to the address also when a kernel driver holds it (I2C_SLAVE_FORCE). Two that speak to one chip disturb each other: for debugging only.</summary>
    public bool Force { get; init; }

    /// <summary>How many bytes the number of a register has: 1, or 2 with the most significant one first (many EEPROMs).</summary>
    /// <exception cref="ArgumentOutOfRangeException">Neither 1 nor 2.</exception>
    public int RegisterBytes
    {
        get;
        init => field = value is 1 or 2 ? value : throw new ArgumentOutOfRangeException(nameof(RegisterBytes), value, "The number of a register has 1 or 2 bytes.");
    } = 1;
}
