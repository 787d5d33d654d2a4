using System.Runtime.Versioning;
using System.Text;

namespace Mainspring.Devices.Windows;

/// <summary>What the records of a console's keyboard mean.</summary>
[SupportedOSPlatform("windows")]
internal static class ConsoleKeys
{
    private const uint ToCharacter = 2;          // MAPVK_VK_TO_CHAR
    private const ushort AltKey = 0x12;          // VK_MENU
    private const ushort Packet = 0xE7;          // VK_PACKET: text without a key
    private const ushort RightShiftScan = 0x36;

    /// <summary>The key of a record.</summary>
    /// <returns>False when it is text without a key.</returns>
    public static bool TryKey(in ConsoleAbi.KeyEvent record, out TerminalKeyCode code, out Rune character)
    {
        character = default;
        TerminalKeyCode? named = Named(in record);
        if (named is { } known)
        {
            code = known;
            return true;
        }

        code = TerminalKeyCode.Character;
        int typed = Unshifted(in record);
        return typed >= ' ' && Rune.TryCreate(typed, out character);
    }

    /// <summary>The modifiers of a record. AltGr is none: it only makes other characters.</summary>
    public static TerminalModifiers Modifiers(uint state)
    {
        bool isAltGr = IsAltGr(state);
        return ((state & ConsoleAbi.Shift) != 0 ? TerminalModifiers.Shift : TerminalModifiers.None)
            | (!isAltGr && (state & (ConsoleAbi.LeftAlt | ConsoleAbi.RightAlt)) != 0 ? TerminalModifiers.Alt : TerminalModifiers.None)
            | (!isAltGr && (state & (ConsoleAbi.LeftControl | ConsoleAbi.RightControl)) != 0 ? TerminalModifiers.Control : TerminalModifiers.None);
    }

    /// <summary>What a record types, as UTF-16: 0 when it types nothing.</summary>
    public static char Text(in ConsoleAbi.KeyEvent record)
    {
        bool isTyped = record.IsDown != 0 || record.Key == AltKey; // of Alt and numbers of the keypad, when Alt is released
        return isTyped && record.Character >= ' ' && record.Character != 0x7F && (Modifiers(record.State) & (TerminalModifiers.Control | TerminalModifiers.Alt)) == 0 ? (char)record.Character : '\0';
    }

    private static bool IsAltGr(uint state) => (state & (ConsoleAbi.RightAlt | ConsoleAbi.LeftControl)) == (ConsoleAbi.RightAlt | ConsoleAbi.LeftControl);

    private static int Unshifted(in ConsoleAbi.KeyEvent record) => record.Key switch
    {
        0 or Packet => 0,
        >= 'A' and <= 'Z' => record.Key + ('a' - 'A'),
        >= '0' and <= '9' or ' ' => record.Key,
        >= 0x60 and <= 0x69 => record.Key - 0x60 + '0', // VK_NUMPAD0 to VK_NUMPAD9
        _ => char.ToLowerInvariant((char)ConsoleAbi.MapKey(record.Key, ToCharacter)),
    };

    // Virtual key codes.
    private static TerminalKeyCode? Named(in ConsoleAbi.KeyEvent record) => record.Key switch
    {
        0x08 => TerminalKeyCode.Backspace,
        0x09 => TerminalKeyCode.Tab,
        0x0C => TerminalKeyCode.Begin,
        0x0D => TerminalKeyCode.Enter,
        0x10 => record.ScanCode == RightShiftScan ? TerminalKeyCode.RightShift : TerminalKeyCode.LeftShift,
        0x11 => (record.State & ConsoleAbi.Enhanced) != 0 ? TerminalKeyCode.RightControl : TerminalKeyCode.LeftControl,
        AltKey => (record.State & ConsoleAbi.Enhanced) != 0 ? TerminalKeyCode.RightAlt : TerminalKeyCode.LeftAlt,
        0x13 => TerminalKeyCode.Pause,
        0x14 => TerminalKeyCode.CapsLock,
        0x1B => TerminalKeyCode.Escape,
        0x21 => TerminalKeyCode.PageUp,
        0x22 => TerminalKeyCode.PageDown,
        0x23 => TerminalKeyCode.End,
        0x24 => TerminalKeyCode.Home,
        0x25 => TerminalKeyCode.Left,
        0x26 => TerminalKeyCode.Up,
        0x27 => TerminalKeyCode.Right,
        0x28 => TerminalKeyCode.Down,
        0x2C => TerminalKeyCode.PrintScreen,
        0x2D => TerminalKeyCode.Insert,
        0x2E => TerminalKeyCode.Delete,
        0x5B => TerminalKeyCode.LeftSuper,
        0x5C => TerminalKeyCode.RightSuper,
        0x5D => TerminalKeyCode.Menu,
        >= 0x70 and <= 0x83 => TerminalKeyCode.F1 + (record.Key - 0x70),
        0x90 => TerminalKeyCode.NumLock,
        0x91 => TerminalKeyCode.ScrollLock,
        _ => null,
    };
}
