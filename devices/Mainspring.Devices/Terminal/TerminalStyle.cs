namespace Mainspring.Devices;

/// <summary>How a cell is shown. What a terminal does not know it leaves out.</summary>
[Flags]
public enum TerminalStyle : byte
{
    /// <summary>Plainly.</summary>
    None = 0,

    /// <summary>Bold.</summary>
    Bold = 1,

    /// <summary>Fainter.</summary>
    Dim = 2,

    /// <summary>Slanted.</summary>
    Italic = 4,

    /// <summary>Underlined.</summary>
    Underline = 8,

    /// <summary>Blinking.</summary>
    Blink = 16,

    /// <summary>Foreground and background exchanged.</summary>
    Reverse = 32,
}
