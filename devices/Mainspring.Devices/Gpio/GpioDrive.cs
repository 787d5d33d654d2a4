namespace Mainspring.Devices;

/// <summary>How an output drives its line. Where the chip cannot, the kernel emulates it, by making the line an input.</summary>
public enum GpioDrive
{
    /// <summary>Both levels.</summary>
    PushPull,

    /// <summary>The low voltage only: the high one comes from a resistor, so that several may share a line.</summary>
    OpenDrain,

    /// <summary>The high voltage only.</summary>
    OpenSource,
}
