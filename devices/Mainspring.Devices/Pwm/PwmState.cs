namespace Mainspring.Devices;

/// <summary>What a PWM channel puts out. Times are nanoseconds, as the kernel counts them.</summary>
public readonly record struct PwmState
{
    /// <summary>One period, in nanoseconds.</summary>
    public long PeriodNs { get; init; }

    /// <summary>The part of the period in which it is on, in nanoseconds: 0 to <see cref="PeriodNs"/>.</summary>
    public long DutyNs { get; init; }

    /// <summary>On is low.</summary>
    public bool IsInverted { get; init; }

    /// <summary>It runs. What the pin shows when it does not is the driver's choice: a duty of 0 is surer.</summary>
    public bool IsEnabled { get; init; }

    /// <summary>A state that runs, by frequency and duty, rounded to nanoseconds.</summary>
    /// <param name="frequencyHz">Periods per second: over 0, up to 1e9.</param>
    /// <param name="duty">The part of the period in which it is on: 0 to 1.</param>
    /// <param name="inverted">On is low.</param>
    /// <returns>The state.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Out of range, or not a number.</exception>
    public static PwmState Of(double frequencyHz, double duty, bool inverted = false)
    {
        if (!(frequencyHz is > 1e-6 and <= 1e9))
        {
            throw new ArgumentOutOfRangeException(nameof(frequencyHz), frequencyHz, "A frequency is over 1e-6 and up to 1e9 Hz.");
        }

        if (!(duty is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(duty), duty, "A duty is 0 to 1.");
        }

        double periodNs = Math.Round(1e9 / frequencyHz);
        return new PwmState { PeriodNs = (long)periodNs, DutyNs = (long)Math.Round(periodNs * duty), IsInverted = inverted, IsEnabled = true };
    }

    /// <summary>Throws when a channel cannot put it out.</summary>
    internal void Check(string channel)
    {
        if (PeriodNs <= 0 || DutyNs < 0 || DutyNs > PeriodNs)
        {
            throw new ArgumentException($"{channel}: a period is positive, and the duty 0 up to the period: not {DutyNs} ns of {PeriodNs} ns.");
        }
    }
}
