namespace Mainspring.Devices.Simulation;

/// <summary>A line of a simulated chip. Levels are physical.</summary>
internal sealed class SimulatedGpioLine
{
    public string Name { get; set; } = "";

    /// <summary>Who holds it, by name.</summary>
    public string? Holder { get; set; }

    /// <summary>The source that has requested it.</summary>
    public SimulatedGpioLines? User { get; set; }

    public GpioSettings Settings { get; set; }

    public TimeSpan Debounce { get; set; }

    public GpioEventClock Clock { get; set; }

    /// <summary>What the chip drives it to, when it is an output.</summary>
    public bool Driven { get; set; }

    /// <summary>What the outside drives it to; null while it floats.</summary>
    public bool? External { get; set; }

    public bool Level { get; set; }

    /// <summary>The level that has lasted long enough.</summary>
    public bool Debounced { get; set; }

    /// <summary>When the present level will have.</summary>
    public TimeSpan? SettledAt { get; set; }

    /// <summary>The level that follows from who drives it.</summary>
    public bool Resolve()
    {
        bool isDriven = Settings.Direction == GpioDirection.Output && Settings.Drive switch
        {
            GpioDrive.OpenDrain => !Driven,
            GpioDrive.OpenSource => Driven,
            _ => true,
        };
        return isDriven ? Driven : External ?? Settings.Bias switch
        {
            GpioBias.PullUp => true,
            GpioBias.PullDown => false,
            _ => Level,
        };
    }
}
