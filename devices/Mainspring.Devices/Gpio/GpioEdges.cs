namespace Mainspring.Devices;

/// <summary>Which edges of an input are events. They are logical: of an active-low line the rising edge is where the voltage falls.</summary>
[Flags]
public enum GpioEdges
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>From inactive to active.</summary>
    Rising = 1,

    /// <summary>From active to inactive.</summary>
    Falling = 2,

    /// <summary>Both.</summary>
    Both = Rising | Falling,
}
