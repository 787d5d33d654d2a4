namespace Mainspring.Devices;

/// <summary>The check bit that follows the data bits of a serial character (termios(3): PARENB, PARODD, CMSPAR).</summary>
public enum Parity
{
    /// <summary>No check bit.</summary>
    None,

    /// <summary>The check bit makes the number of ones odd.</summary>
    Odd,

    /// <summary>The check bit makes the number of ones even.</summary>
    Even,

    /// <summary>The check bit is always one.</summary>
    Mark,

    /// <summary>The check bit is always zero.</summary>
    Space,
}
