namespace Mainspring.Devices;

/// <summary>The wires beside the data (ioctl_tty(2), TIOCMGET). Set means asserted.</summary>
[Flags]
public enum ModemLines
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Data terminal ready: an output.</summary>
    Dtr = 1,

    /// <summary>Request to send: an output.</summary>
    Rts = 2,

    /// <summary>Clear to send: an input.</summary>
    Cts = 4,

    /// <summary>Data set ready: an input.</summary>
    Dsr = 8,

    /// <summary>Data carrier detect: an input.</summary>
    Dcd = 16,

    /// <summary>Ring indicator: an input.</summary>
    Ri = 32,

    /// <summary>All outputs.</summary>
    Outputs = Dtr | Rts,

    /// <summary>All inputs.</summary>
    Inputs = Cts | Dsr | Dcd | Ri,
}
