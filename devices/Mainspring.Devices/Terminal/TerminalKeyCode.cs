namespace Mainspring.Devices;

/// <summary>A key of a terminal. Those of the keypad are told apart from the others by no terminal that this project relies on, so they are the same.</summary>
public enum TerminalKeyCode
{
    /// <summary>A key that types a character: <see cref="TerminalKey.Character"/> says which.</summary>
    Character,

    /// <summary>Enter, also that of the keypad.</summary>
    Enter,

    /// <summary>Tab; with Shift where the terminal sends a back tab.</summary>
    Tab,

    /// <summary>Backspace.</summary>
    Backspace,

    /// <summary>Escape.</summary>
    Escape,

    /// <summary>Cursor up.</summary>
    Up,

    /// <summary>Cursor down.</summary>
    Down,

    /// <summary>Cursor left.</summary>
    Left,

    /// <summary>Cursor right.</summary>
    Right,

    /// <summary>Home.</summary>
    Home,

    /// <summary>End.</summary>
    End,

    /// <summary>Page up.</summary>
    PageUp,

    /// <summary>Page down.</summary>
    PageDown,

    /// <summary>Insert.</summary>
    Insert,

    /// <summary>Delete.</summary>
    Delete,

    /// <summary>The keypad's 5 without number lock.</summary>
    Begin,

    /// <summary>The key for menus.</summary>
    Menu,

    /// <summary>Pause.</summary>
    Pause,

    /// <summary>Print screen.</summary>
    PrintScreen,

    /// <summary>Caps lock; like all that follow up to <see cref="RightSuper"/> only where keys have releases.</summary>
    CapsLock,

    /// <summary>Scroll lock.</summary>
    ScrollLock,

    /// <summary>Number lock.</summary>
    NumLock,

    /// <summary>The left Shift.</summary>
    LeftShift,

    /// <summary>The right Shift.</summary>
    RightShift,

    /// <summary>The left Control.</summary>
    LeftControl,

    /// <summary>The right Control.</summary>
    RightControl,

    /// <summary>The left Alt.</summary>
    LeftAlt,

    /// <summary>The right Alt, or AltGr.</summary>
    RightAlt,

    /// <summary>The left Super (the one with a logo).</summary>
    LeftSuper,

    /// <summary>The right Super.</summary>
    RightSuper,

    /// <summary>Function key 1.</summary>
    F1,

    /// <summary>Function key 2.</summary>
    F2,

    /// <summary>Function key 3.</summary>
    F3,

    /// <summary>Function key 4.</summary>
    F4,

    /// <summary>Function key 5.</summary>
    F5,

    /// <summary>Function key 6.</summary>
    F6,

    /// <summary>Function key 7.</summary>
    F7,

    /// <summary>Function key 8.</summary>
    F8,

    /// <summary>Function key 9.</summary>
    F9,

    /// <summary>Function key 10.</summary>
    F10,

    /// <summary>Function key 11.</summary>
    F11,

    /// <summary>Function key 12.</summary>
    F12,

    /// <summary>Function key 13.</summary>
    F13,

    /// <summary>Function key 14.</summary>
    F14,

    /// <summary>Function key 15.</summary>
    F15,

    /// <summary>Function key 16.</summary>
    F16,

    /// <summary>Function key 17.</summary>
    F17,

    /// <summary>Function key 18.</summary>
    F18,

    /// <summary>Function key 19.</summary>
    F19,

    /// <summary>Function key 20.</summary>
    F20,
}
