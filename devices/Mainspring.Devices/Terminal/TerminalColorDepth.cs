namespace Mainspring.Devices;

/// <summary>How many colours a terminal shows; others become the nearest of those.</summary>
public enum TerminalColorDepth
{
    /// <summary>None but its own two.</summary>
    None,

    /// <summary>The 16 of ANSI, whose exact shades are the user's.</summary>
    Ansi16,

    /// <summary>The 256 of xterm.</summary>
    Indexed256,

    /// <summary>All, with 8 bits of each of red, green and blue.</summary>
    TrueColor,
}
