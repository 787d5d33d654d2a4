namespace Mainspring.Devices;

/// <summary>Which lines of a chip are requested together, and how.</summary>
public sealed record GpioOptions
{
    /// <summary>The most lines of one request.</summary>
    public const int MaxLines = 64;

    /// <summary>The most events that the kernel keeps for one request.</summary>
    public const int MaxEventBufferSize = 1024;

    /// <summary>The lines: 1 to <see cref="MaxLines"/>. Bit i of a bulk operation is the i-th of them.</summary>
    public IReadOnlyList<GpioLine> Lines { get; init; } = [];

    /// <summary>Who uses the lines, as other programs see it; the kernel keeps the first 31 bytes.</summary>
    public string Consumer { get; init; } = "mainspring";

    /// <summary>How many events the kernel keeps until they are read; beyond that the oldest are lost, and reported as <see cref="GpioLost"/>. 0, the default, is 16 per line.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0 to <see cref="MaxEventBufferSize"/>.</exception>
    public int EventBufferSize
    {
        get;
        init => field = value is >= 0 and <= MaxEventBufferSize
            ? value
            : throw new ArgumentOutOfRangeException(nameof(EventBufferSize), value, $"GpioOptions.EventBufferSize is {value}; it has to be a number of events from 0 to {MaxEventBufferSize}.");
    }

    /// <summary>The clock that stamps edges.</summary>
    public GpioEventClock EventClock { get; init; }

    /// <summary>
    /// How often a silent chip is asked whether it is still there; null, the default, is never. The removal is seen without it where the device's node is removed with the chip, as on any
    /// system whose /dev the kernel keeps, and on kernels since 6.6. In a container with an older kernel ask every few seconds: each is a wake-up.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than a second.</exception>
    public TimeSpan? RemovalCheck
    {
        get;
        init => field = value is null || value >= TimeSpan.FromSeconds(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(RemovalCheck), value, $"GpioOptions.RemovalCheck is {value}; it is a slow check, of a second or more, or null.");
    }
}
