namespace Mainspring.Devices;

/// <summary>A button of the mouse, or a step of its wheel.</summary>
public enum TerminalMouseButton
{
    /// <summary>None: the mouse only moved.</summary>
    None,

    /// <summary>The left one.</summary>
    Left,

    /// <summary>The middle one.</summary>
    Middle,

    /// <summary>The right one.</summary>
    Right,

    /// <summary>A step of the wheel, away from the user.</summary>
    WheelUp,

    /// <summary>A step of the wheel, towards the user.</summary>
    WheelDown,

    /// <summary>A step of the wheel to the left.</summary>
    WheelLeft,

    /// <summary>A step of the wheel to the right.</summary>
    WheelRight,

    /// <summary>The one for going back.</summary>
    Back,

    /// <summary>The one for going forward.</summary>
    Forward,
}
