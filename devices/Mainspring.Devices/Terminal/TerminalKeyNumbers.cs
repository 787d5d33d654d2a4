namespace Mainspring.Devices;

/// <summary>Which key terminals mean by which letter or number. <see cref="TerminalKeyCode.Character"/> says: none.</summary>
internal static class TerminalKeyNumbers
{
    /// <summary>The last letter of CSI and SS3 sequences.</summary>
    public static TerminalKeyCode Cursor(byte final) => final switch
    {
        (byte)'A' => TerminalKeyCode.Up,
        (byte)'B' => TerminalKeyCode.Down,
        (byte)'C' => TerminalKeyCode.Right,
        (byte)'D' => TerminalKeyCode.Left,
        (byte)'E' => TerminalKeyCode.Begin,
        (byte)'F' => TerminalKeyCode.End,
        (byte)'H' => TerminalKeyCode.Home,
        (byte)'P' => TerminalKeyCode.F1,
        (byte)'Q' => TerminalKeyCode.F2,
        (byte)'R' => TerminalKeyCode.F3,
        (byte)'S' => TerminalKeyCode.F4,
        _ => TerminalKeyCode.Character,
    };

    /// <summary>The first parameter of CSI … ~ (VT220 and xterm).</summary>
    public static TerminalKeyCode Numbered(int number) => number switch
    {
        1 or 7 => TerminalKeyCode.Home,
        2 => TerminalKeyCode.Insert,
        3 => TerminalKeyCode.Delete,
        4 or 8 => TerminalKeyCode.End,
        5 => TerminalKeyCode.PageUp,
        6 => TerminalKeyCode.PageDown,
        >= 11 and <= 15 => TerminalKeyCode.F1 + (number - 11),
        >= 17 and <= 21 => TerminalKeyCode.F6 + (number - 17),
        >= 23 and <= 26 => TerminalKeyCode.F11 + (number - 23),
        28 => TerminalKeyCode.F15,
        29 => TerminalKeyCode.Menu,
        >= 31 and <= 34 => TerminalKeyCode.F17 + (number - 31),
        57427 => TerminalKeyCode.Begin,
        _ => TerminalKeyCode.Character,
    };

    /// <summary>The first parameter of CSI … u, where it is no character.</summary>
    public static TerminalKeyCode Kitty(int number) => number switch
    {
        9 => TerminalKeyCode.Tab,
        13 or 57414 => TerminalKeyCode.Enter,
        27 => TerminalKeyCode.Escape,
        8 or 127 => TerminalKeyCode.Backspace,
        57358 => TerminalKeyCode.CapsLock,
        57359 => TerminalKeyCode.ScrollLock,
        57360 => TerminalKeyCode.NumLock,
        57361 => TerminalKeyCode.PrintScreen,
        57362 => TerminalKeyCode.Pause,
        57363 => TerminalKeyCode.Menu,
        >= 57376 and <= 57383 => TerminalKeyCode.F13 + (number - 57376),
        57417 => TerminalKeyCode.Left,
        57418 => TerminalKeyCode.Right,
        57419 => TerminalKeyCode.Up,
        57420 => TerminalKeyCode.Down,
        57421 => TerminalKeyCode.PageUp,
        57422 => TerminalKeyCode.PageDown,
        57423 => TerminalKeyCode.Home,
        57424 => TerminalKeyCode.End,
        57425 => TerminalKeyCode.Insert,
        57426 => TerminalKeyCode.Delete,
        57427 => TerminalKeyCode.Begin,
        57441 => TerminalKeyCode.LeftShift,
        57442 => TerminalKeyCode.LeftControl,
        57443 => TerminalKeyCode.LeftAlt,
        57444 => TerminalKeyCode.LeftSuper,
        57447 => TerminalKeyCode.RightShift,
        57448 => TerminalKeyCode.RightControl,
        57449 or 57453 => TerminalKeyCode.RightAlt,
        57450 => TerminalKeyCode.RightSuper,
        _ => TerminalKeyCode.Character,
    };

    /// <summary>The character that a key of the keypad types; other numbers stay.</summary>
    public static int KittyKeypad(int number) => number switch
    {
        >= 57399 and <= 57408 => '0' + (number - 57399),
        57409 => '.',
        57410 => '/',
        57411 => '*',
        57412 => '-',
        57413 => '+',
        57415 => '=',
        57416 => ',',
        _ => number,
    };
}
