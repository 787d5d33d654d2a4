namespace Mainspring.Devices.Glfw;

/// <summary>The keys that were held, and the locks that were on, when something happened.</summary>
[Flags]
public enum KeyModifiers : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Either Shift.</summary>
    Shift = 0x01, // GLFW_MOD_SHIFT

    /// <summary>Either Control.</summary>
    Control = 0x02, // GLFW_MOD_CONTROL

    /// <summary>Either Alt.</summary>
    Alt = 0x04, // GLFW_MOD_ALT

    /// <summary>Either Super: the Windows or Command key.</summary>
    Super = 0x08, // GLFW_MOD_SUPER

    /// <summary>Caps Lock is on.</summary>
    CapsLock = 0x10, // GLFW_MOD_CAPS_LOCK

    /// <summary>Num Lock is on.</summary>
    NumLock = 0x20, // GLFW_MOD_NUM_LOCK
}
