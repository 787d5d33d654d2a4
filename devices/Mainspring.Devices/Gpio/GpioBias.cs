namespace Mainspring.Devices;

/// <summary>What holds a line's voltage while nobody drives it. A chip without such resistors ignores it silently.</summary>
public enum GpioBias
{
    /// <summary>As it is.</summary>
    AsIs,

    /// <summary>Nothing: the line floats.</summary>
    Disabled,

    /// <summary>A resistor to the supply.</summary>
    PullUp,

    /// <summary>A resistor to ground.</summary>
    PullDown,
}
