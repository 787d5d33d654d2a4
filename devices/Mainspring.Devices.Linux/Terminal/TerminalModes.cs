namespace Mainspring.Devices.Linux;

/// <summary>What a terminal is told to begin and to end ("XTerm Control Sequences", and the kitty keyboard protocol). Private modes that it does not know it ignores.</summary>
internal static class TerminalModes
{
    /// <summary>Tells keys with their releases and what they type: disambiguate, event types, all keys, associated text.</summary>
    public static ReadOnlySpan<byte> KeyReleases => "\e[>27u"u8;

    /// <summary>Writes the beginning; returns how many bytes.</summary>
    public static int Begin(TerminalOptions options, Span<byte> into)
    {
        int length = 0;
        Add(options.AlternateScreen, "\e[?1049h\e[?25l"u8, into, ref length);
        Add(options.BracketedPaste, "\e[?2004h"u8, into, ref length);
        Add(options.Focus, "\e[?1004h"u8, into, ref length);
        Add(options.Mouse == TerminalMouseMode.Buttons, "\e[?1000h"u8, into, ref length);
        Add(options.Mouse == TerminalMouseMode.Drag, "\e[?1002h"u8, into, ref length);
        Add(options.Mouse == TerminalMouseMode.Motion, "\e[?1003h"u8, into, ref length);
        Add(options.Mouse != TerminalMouseMode.None, "\e[?1006h"u8, into, ref length);
        Add(options.KeyReleases, "\e[?u"u8, into, ref length);
        return length;
    }

    /// <summary>Writes the end; returns how many bytes.</summary>
    public static int End(TerminalOptions options, bool hasReleases, Span<byte> into)
    {
        int length = 0;
        Add(true, "\e[?2026l"u8, into, ref length); // a frame may have been cut
        Add(hasReleases, "\e[<u"u8, into, ref length);
        Add(options.Mouse != TerminalMouseMode.None, "\e[?1006l\e[?1003l\e[?1002l\e[?1000l"u8, into, ref length);
        Add(options.Focus, "\e[?1004l"u8, into, ref length);
        Add(options.BracketedPaste, "\e[?2004l"u8, into, ref length);
        Add(true, "\e[0m"u8, into, ref length);
        Add(options.AlternateScreen, "\e[2J\e[H\e[?1049l"u8, into, ref length); // emptied first: the Linux console has no other screen
        Add(true, "\e[?25h"u8, into, ref length);
        return length;
    }

    private static void Add(bool isWanted, ReadOnlySpan<byte> bytes, Span<byte> into, ref int length)
    {
        if (isWanted)
        {
            bytes.CopyTo(into[length..]);
            length += bytes.Length;
        }
    }
}
