namespace Mainspring.Devices;

/// <summary>How often a sensor is read, and what counts as too long.</summary>
public sealed record SensorOptions
{
    /// <summary>The time from one read to the next, on a grid that does not drift; null reads only when <see cref="SensorSource{T}.ReadNow"/> asks. A second by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than a millisecond.</exception>
    public TimeSpan? Period
    {
        get;
        init => field = value is null || value >= TimeSpan.FromMilliseconds(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Period), value, $"SensorOptions.Period is {value}; it is a millisecond or more, or null.");
    } = TimeSpan.FromSeconds(1);

    /// <summary>How long a read may take, waiting for its bus included, until it is reported as <see cref="SensorOverdue"/>. Two seconds by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public TimeSpan Timeout
    {
        get;
        init => field = Positive(value, nameof(Timeout));
    } = TimeSpan.FromSeconds(2);

    /// <summary>The age from which on the last value is stale; null, the default, is three periods and the time-out, and never without a period.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public TimeSpan? StaleAfter
    {
        get;
        init => field = value is { } age ? Positive(age, nameof(StaleAfter)) : null;
    }

    /// <summary>How many reads in a row have to fail until the sensor counts as gone: the source's <see cref="RetryPolicy"/> decides then when it is tried anew. 3 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int FailuresUntilGone
    {
        get;
        init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(FailuresUntilGone), value, $"SensorOptions.FailuresUntilGone is {value}; it is 1 or more.");
    } = 3;

    /// <summary>Where the reads run, one at a time: sensors of one bus share one. Null, the default, gives the sensor one of its own.</summary>
    public ISensorBus? Bus { get; init; }

    /// <summary><see cref="StaleAfter"/> as it counts.</summary>
    internal TimeSpan StaleAge => StaleAfter ?? (Period is { } period ? (3 * period) + Timeout : TimeSpan.MaxValue);

    private static TimeSpan Positive(TimeSpan value, string name) => value > TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"SensorOptions.{name} is {value}; it has to be positive.");
}
