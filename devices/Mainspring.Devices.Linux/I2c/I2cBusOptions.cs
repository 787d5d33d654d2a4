namespace Mainspring.Devices.Linux;

/// <summary>Settings of an I2C adapter. They hold for everybody who uses the adapter, and stay when the bus is closed; null leaves what is set.</summary>
public sealed record I2cBusOptions
{
    /// <summary>How long the adapter waits for the bus, in steps of 10 ms, rounded up (I2C_TIMEOUT). Many drivers have a limit of their own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive, or over an hour.</exception>
    public TimeSpan? Timeout
    {
        get;
        init => field = value is null || (value > TimeSpan.Zero && value <= TimeSpan.FromHours(1))
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Timeout), value, "A time-out is positive, and an hour at the most.");
    }

    /// <summary>How often the adapter tries again when another master has won the bus (I2C_RETRIES): 0 to 255.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int? Retries
    {
        get;
        init => field = value is null or (>= 0 and <= 255) ? value : throw new ArgumentOutOfRangeException(nameof(Retries), value, "0 to 255.");
    }

    /// <summary>How many transfers may wait; more are refused.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int QueueCapacity
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(QueueCapacity), value, "A positive number of transfers.");
    } = 1024;
}
