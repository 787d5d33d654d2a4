namespace Mainspring.Devices.Linux;

/// <summary>What raw mode of a terminal is made of (termios(3), ioctl_tty(2), signal(7); tests/headers checks it).</summary>
internal static class TerminalAbi
{
    public const nuint GetWindowSize = 0x5413;      // TIOCGWINSZ
    public const nuint SetWindowSize = 0x5414;      // TIOCSWINSZ
    public const nuint GetForeground = 0x540F;      // TIOCGPGRP

    public const uint BreakInterrupts = 0x2;        // BRKINT
    public const uint StripInput = 0x20;            // ISTRIP
    public const uint NewlineToReturn = 0x40;       // INLCR
    public const uint IgnoreReturn = 0x80;          // IGNCR
    public const uint ReturnToNewline = 0x100;      // ICRNL

    public const uint Signals = 0x1;                // ISIG
    public const uint Lines = 0x2;                  // ICANON
    public const uint Echo = 0x8;                   // ECHO
    public const uint EchoNewline = 0x40;           // ECHONL
    public const uint Extended = 0x8000;            // IEXTEN

    public const int Interrupt = 2;                 // SIGINT
    public const int Terminate = 15;                // SIGTERM
    public const int Quit = 3;                      // SIGQUIT
    public const int Stop = 19;                     // SIGSTOP
    public const int TerminalStop = 20;             // SIGTSTP

    /// <summary>struct winsize.</summary>
    public struct WindowSize // struct winsize
    {
        public ushort Rows;                         // ws_row
        public ushort Columns;                      // ws_col
        public ushort WidthPixels;                  // ws_xpixel
        public ushort HeightPixels;                 // ws_ypixel
    }
}
