namespace Mainspring.Devices;

/// <summary>One part of an SPI transfer.</summary>
public readonly record struct SpiSegment
{
    /// <summary>What is written; empty writes zeros.</summary>
    public ReadOnlyMemory<byte> Write { get; init; }

    /// <summary>Where it is read to; empty drops it. Otherwise as long as <see cref="Write"/>, unless that is empty.</summary>
    public Memory<byte> Read { get; init; }

    /// <summary>A rest after it, in microseconds: 0 to 65535.</summary>
    public int DelayMicroseconds { get; init; }

    /// <summary>Release the chip for a moment after it; after the last segment: keep it selected, until the next transfer (cs_change).</summary>
    public bool ToggleChipSelect { get; init; }

    /// <summary>Clocks per second for this segment; 0 is the device's.</summary>
    public int SpeedHz { get; init; }

    /// <summary>Bits per word for this segment; 0 is the device's.</summary>
    public int BitsPerWord { get; init; }

    /// <summary>How many bytes.</summary>
    public int Length => Math.Max(Write.Length, Read.Length);
}
