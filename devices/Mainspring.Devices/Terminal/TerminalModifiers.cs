namespace Mainspring.Devices;

/// <summary>The modifier keys that are held while another one is pressed. Locks are none of them.</summary>
[Flags]
public enum TerminalModifiers
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Shift. Without <see cref="TerminalKey.HasRelease"/> a terminal tells it of letters and of keys that type nothing.</summary>
    Shift = 1,

    /// <summary>Alt.</summary>
    Alt = 2,

    /// <summary>Control.</summary>
    Control = 4,

    /// <summary>Super (the key with a logo); xterm's Meta.</summary>
    Super = 8,

    /// <summary>Hyper.</summary>
    Hyper = 16,

    /// <summary>Meta.</summary>
    Meta = 32,
}
