namespace Mainspring.Devices;

/// <summary>What a device is, judged by what it can report. One device can be several things.</summary>
[Flags]
public enum InputKinds
{
    /// <summary>None of these.</summary>
    None = 0,

    /// <summary>It has keys of any kind that are no buttons: a keyboard, a remote control, a power button.</summary>
    Keys = 1,

    /// <summary>It has the keys of a whole keyboard.</summary>
    Keyboard = 2,

    /// <summary>It moves a pointer by relative motion and has a left button.</summary>
    Mouse = 4,

    /// <summary>A surface apart from the screen that is touched with fingers.</summary>
    Touchpad = 8,

    /// <summary>A screen that is touched.</summary>
    Touchscreen = 16,

    /// <summary>A gamepad: its buttons follow the kernel's layout (South, East, …).</summary>
    Gamepad = 32,

    /// <summary>A joystick, wheel or flight stick.</summary>
    Joystick = 64,

    /// <summary>A tablet with a pen.</summary>
    Tablet = 128,

    /// <summary>It has switches that stay as they are put.</summary>
    Switches = 256,

    /// <summary>It reports acceleration.</summary>
    Accelerometer = 512,
}
