namespace Mainspring.Devices.Linux;

/// <summary>The ioctls of serial lines beyond their settings, and where things stand in their structs (ioctl_tty(2), linux/serial.h; tests/headers checks them).</summary>
internal static class SerialAbi
{
    public const nuint GetModemLines = 0x5415;      // TIOCMGET
    public const nuint SetModemBits = 0x5416;       // TIOCMBIS
    public const nuint ClearModemBits = 0x5417;     // TIOCMBIC
    public const nuint StartBreak = 0x5427;         // TIOCSBRK
    public const nuint EndBreak = 0x5428;           // TIOCCBRK
    public const nuint Flush = 0x540B;              // TCFLSH
    public const nuint GetCounters = 0x545D;        // TIOCGICOUNT
    public const nuint GetSerial = 0x541E;          // TIOCGSERIAL
    public const nuint SetSerial = 0x541F;          // TIOCSSERIAL
    public const nuint GetLineStatus = 0x5459;      // TIOCSERGETLSR

    public const int FlushInput = 0;                // TCIFLUSH
    public const int FlushOutput = 1;               // TCOFLUSH
    public const int FlushBoth = 2;                 // TCIOFLUSH

    public const int LineDtr = 0x2;                 // TIOCM_DTR
    public const int LineRts = 0x4;                 // TIOCM_RTS
    public const int LineCts = 0x20;                // TIOCM_CTS
    public const int LineDcd = 0x40;                // TIOCM_CAR
    public const int LineRi = 0x80;                 // TIOCM_RNG
    public const int LineDsr = 0x100;               // TIOCM_DSR

    public const int TransmitterEmpty = 1;          // TIOCSER_TEMT

    // struct serial_icounter_struct, as an array of int.
    public const int CounterCount = 20;             // sizeof(struct serial_icounter_struct) / 4
    public const int CtsIndex = 0;                  // offsetof(struct serial_icounter_struct, cts) / 4
    public const int DsrIndex = 1;                  // offsetof(struct serial_icounter_struct, dsr) / 4
    public const int RingIndex = 2;                 // offsetof(struct serial_icounter_struct, rng) / 4
    public const int DcdIndex = 3;                  // offsetof(struct serial_icounter_struct, dcd) / 4
    public const int FrameIndex = 6;                // offsetof(struct serial_icounter_struct, frame) / 4
    public const int OverrunIndex = 7;              // offsetof(struct serial_icounter_struct, overrun) / 4
    public const int ParityIndex = 8;               // offsetof(struct serial_icounter_struct, parity) / 4
    public const int BreakIndex = 9;                // offsetof(struct serial_icounter_struct, brk) / 4
    public const int BufferOverrunIndex = 10;       // offsetof(struct serial_icounter_struct, buf_overrun) / 4

    // struct serial_struct, as bytes.
    public const int SerialSize = 72;               // sizeof(struct serial_struct)
    public const int SerialFlagsOffset = 16;        // offsetof(struct serial_struct, flags)
    public const int LowLatency = 0x2000;           // ASYNC_LOW_LATENCY
}
