namespace Mainspring.Devices;

#pragma warning disable CS1591 // what stands beside each is its name in the kernel, which says all that is known

/// <summary>A light on a device (LED_ of linux/input-event-codes.h; checked against it).</summary>
public enum InputLedCode : ushort
{
    NumLock = 0,    // LED_NUML
    CapsLock = 1,   // LED_CAPSL
    ScrollLock = 2, // LED_SCROLLL
    Compose = 3,    // LED_COMPOSE
    Kana = 4,       // LED_KANA
    Sleep = 5,      // LED_SLEEP
    Suspend = 6,    // LED_SUSPEND
    Mute = 7,       // LED_MUTE
    Misc = 8,       // LED_MISC
    Mail = 9,       // LED_MAIL
    Charging = 10,  // LED_CHARGING
}
