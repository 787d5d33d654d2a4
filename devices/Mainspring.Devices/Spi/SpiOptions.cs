namespace Mainspring.Devices;

/// <summary>How an SPI device is spoken to. The defaults are mode 0, 8 bits, the most significant one first, and the driver's clock.</summary>
public sealed record SpiOptions
{
    /// <summary>Clock polarity (2) and phase (1): 0 to 3.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 0 to 3.</exception>
    public int Mode
    {
        get;
        init => field = value is >= 0 and <= 3 ? value : throw new ArgumentOutOfRangeException(nameof(Mode), value, "An SPI mode is 0, 1, 2 or 3.");
    }

    /// <summary>The most clocks per second; the controller takes the nearest below that it can do. Null leaves what is set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int? SpeedHz
    {
        get;
        init => field = value is null or > 0 ? value : throw new ArgumentOutOfRangeException(nameof(SpeedHz), value, "A positive number of clocks per second.");
    }

    /// <summary>Bits of a word: 1 to 32. Words over 8 bits are two bytes in memory, over 16 bits four, in the machine's byte order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int BitsPerWord
    {
        get;
        init => field = value is >= 1 and <= 32 ? value : throw new ArgumentOutOfRangeException(nameof(BitsPerWord), value, "A word has 1 to 32 bits.");
    } = 8;

    /// <summary>The least significant bit goes first. Many controllers refuse.</summary>
    public bool LsbFirst { get; init; }

    /// <summary>The chip is selected by a high line.</summary>
    public bool ChipSelectHigh { get; init; }

    /// <summary>No chip select: something else selects the chip, or there is only one.</summary>
    public bool NoChipSelect { get; init; }

    /// <summary>One line for both directions.</summary>
    public bool ThreeWire { get; init; }

    /// <summary>The controller hears itself. Few can.</summary>
    public bool LoopBack { get; init; }
}
