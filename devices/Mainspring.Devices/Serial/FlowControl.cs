namespace Mainspring.Devices;

/// <summary>How each side of a serial line holds the other back when it cannot take more.</summary>
[Flags]
public enum FlowControl
{
    /// <summary>Not at all: what a receiver cannot take is lost.</summary>
    None = 0,

    /// <summary>By the wires RTS and CTS (CRTSCTS).</summary>
    RtsCts = 1,

    /// <summary>By the bytes XON (0x11) and XOFF (0x13), which the data then must not contain (IXON and IXOFF).</summary>
    XonXoff = 2,
}
