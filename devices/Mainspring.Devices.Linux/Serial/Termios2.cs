using System.Runtime.CompilerServices;

namespace Mainspring.Devices.Linux;

/// <summary>The settings of a terminal with baud rates as plain numbers (termios(3), ioctl_tty(2); tests/headers checks layout and numbers).</summary>
internal struct Termios2 // struct termios2
{
    public const uint IgnoreBreak = 0x1;            // IGNBRK
    public const uint MarkErrors = 0x8;             // PARMRK
    public const uint CheckParity = 0x10;           // INPCK
    public const uint XonXoffOut = 0x400;           // IXON
    public const uint XonXoffIn = 0x1000;           // IXOFF
    public const uint SizeMask = 0x30;              // CSIZE
    public const uint Size5 = 0x0;                  // CS5
    public const uint Size6 = 0x10;                 // CS6
    public const uint Size7 = 0x20;                 // CS7
    public const uint Size8 = 0x30;                 // CS8
    public const uint TwoStopBits = 0x40;           // CSTOPB
    public const uint EnableReceiver = 0x80;        // CREAD
    public const uint EnableParity = 0x100;         // PARENB
    public const uint OddParity = 0x200;            // PARODD
    public const uint StickParity = 0x40000000;     // CMSPAR
    public const uint HangUpOnClose = 0x400;        // HUPCL
    public const uint IgnoreModemLines = 0x800;     // CLOCAL
    public const uint RtsCts = 0x80000000;          // CRTSCTS
    public const uint OtherRate = 0x1000;           // BOTHER
    public const uint OtherRateIn = 0x10000000;     // BOTHER << IBSHIFT
    public const int TimeIndex = 5;                 // VTIME
    public const int MinimumIndex = 6;              // VMIN
    public const int StartIndex = 8;                // VSTART
    public const int StopIndex = 9;                 // VSTOP
    public const int ControlCount = 19;             // sizeof(((struct termios2 *)0)->c_cc)

    public uint Input;                              // c_iflag
    public uint Output;                             // c_oflag
    public uint Control;                            // c_cflag
    public uint Local;                              // c_lflag
    public byte Discipline;                         // c_line
    public Characters Special;                      // c_cc
    public uint InputRate;                          // c_ispeed
    public uint OutputRate;                         // c_ospeed

    /// <summary>The special characters.</summary>
    [InlineArray(ControlCount)]
    public struct Characters
    {
        private byte _first;
    }
}
