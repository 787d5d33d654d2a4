namespace Mainspring.Devices.Linux;

/// <summary>How a PWM channel is opened and left.</summary>
public sealed record PwmOptions
{
    /// <summary>What it puts out when it is closed. Null, the default, switches it off: the duty to 0, then disabled.</summary>
    public PwmState? SafeState { get; init; }

    /// <summary>Take a channel that is exported already: left by a program that was killed, or another one's, for the kernel does not say whose it is.</summary>
    public bool TakeOver { get; init; }

    /// <summary>How long the channel's files may take to become writable: udev gives them to the group a moment after they appear.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or over a minute.</exception>
    public TimeSpan ReadyTimeout
    {
        get;
        init => field = value >= TimeSpan.Zero && value <= TimeSpan.FromMinutes(1)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(ReadyTimeout), value, "0 to a minute.");
    } = TimeSpan.FromSeconds(2);
}
