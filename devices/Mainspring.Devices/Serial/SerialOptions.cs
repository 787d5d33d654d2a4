namespace Mainspring.Devices;

/// <summary>How a serial port is opened. The defaults are 9600 baud, 8 data bits, no parity, one stop bit, exclusive.</summary>
public sealed record SerialOptions
{
    /// <summary>The largest buffer or queue that can be asked for, in bytes.</summary>
    public const int MaxBufferSize = 1 << 26;

    /// <summary>Bits per second: any positive number, the usual rates or not. A device that cannot come within 3 % of it refuses.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not positive.</exception>
    public int BaudRate
    {
        get;
        init => field = value > 0 ? value : throw Wrong(nameof(BaudRate), value, "a positive number of bits per second");
    } = 9600;

    /// <summary>Data bits of a character: 5 to 8.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not 5 to 8.</exception>
    public int DataBits
    {
        get;
        init => field = value is >= 5 and <= 8 ? value : throw Wrong(nameof(DataBits), value, "5, 6, 7 or 8");
    } = 8;

    /// <summary>The check bit. What becomes of a character whose check bit is wrong, <see cref="MarkErrors"/> says.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a value of the enum.</exception>
    public Parity Parity
    {
        get;
        init => field = value is >= Parity.None and <= Parity.Space ? value : throw Wrong(nameof(Parity), value, "None, Odd, Even, Mark or Space");
    }

    /// <summary>The rest after each character.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a value of the enum.</exception>
    public StopBits StopBits
    {
        get;
        init => field = value is StopBits.One or StopBits.Two ? value : throw Wrong(nameof(StopBits), value, "One or Two");
    }

    /// <summary>How both sides hold each other back.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not a combination of the enum's values.</exception>
    public FlowControl FlowControl
    {
        get;
        init => field = (value & ~(FlowControl.RtsCts | FlowControl.XonXoff)) == 0 ? value : throw Wrong(nameof(FlowControl), value, "None, RtsCts, XonXoff or both");
    }

    /// <summary>
    /// Whether breaks and wrong characters are told from data: each is an event in its place (<see cref="SerialBreak"/>, <see cref="SerialCharacterError"/>), and the message in which
    /// it falls is dropped (termios(3), PARMRK). False: breaks are ignored, and a wrong character arrives as a zero byte.
    /// </summary>
    public bool MarkErrors { get; init; } = true;

    /// <summary>The line DTR after opening; null leaves it as opening makes it. Linux raises DTR and RTS while it opens, whatever is asked for here.</summary>
    public bool? Dtr { get; init; }

    /// <summary>The line RTS after opening; null leaves it as opening makes it. With <see cref="FlowControl.RtsCts"/> it is the driver's.</summary>
    public bool? Rts { get; init; }

    /// <summary>Whether DTR and RTS fall when the last program closes the port (termios(3), HUPCL), which resets some boards; null leaves what the port is set to.</summary>
    public bool? HangUpOnClose { get; init; }

    /// <summary>Whether the loss of the carrier (DCD) is a hang-up, as for a telephone modem (termios(3), CLOCAL). False: DCD is a line like the others.</summary>
    public bool HangUpOnCarrierLoss { get; init; }

    /// <summary>
    /// How often the input lines (<see cref="SerialModemLinesChanged"/>) and the driver's overruns (<see cref="EventsLost"/>) are looked at; null never looks, so that a silent port
    /// costs nothing. The kernel wakes nobody for them. At least 1 ms.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1 ms.</exception>
    public TimeSpan? StatusPeriod
    {
        get;
        init => field = value is null || value >= TimeSpan.FromMilliseconds(1) ? value : throw Wrong(nameof(StatusPeriod), value, "null or at least 1 ms");
    }

    /// <summary>Whether the driver hands over each byte at once in place of collecting (setserial(8), ASYNC_LOW_LATENCY): for USB adapters 1 ms in place of 16. A driver without it refuses.</summary>
    public bool LowLatency { get; init; }

    /// <summary>Whether nobody else may have the port meanwhile. Two share it only when it is false for both.</summary>
    public bool Exclusive { get; init; } = true;

    /// <summary>The most bytes of one read, and so of one <see cref="SerialData"/>: 1 to <see cref="MaxBufferSize"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int ReadBufferSize
    {
        get;
        init => field = IsSize(value) ? value : throw Wrong(nameof(ReadBufferSize), value, SizeRange);
    } = 4096;

    /// <summary>How many bytes may wait to be written: 1 to <see cref="MaxBufferSize"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Out of range.</exception>
    public int WriteQueueSize
    {
        get;
        init => field = IsSize(value) ? value : throw Wrong(nameof(WriteQueueSize), value, SizeRange);
    } = 65536;

    /// <summary>How received bytes are cut into messages; null leaves them as they come.</summary>
    public SerialFraming? Framing { get; init; }

    private static string SizeRange => $"a number of bytes from 1 to {MaxBufferSize}";

    private static bool IsSize(int value) => value is >= 1 and <= MaxBufferSize;

    private static ArgumentOutOfRangeException Wrong<T>(string option, T value, string range) =>
        new(option, value, $"SerialOptions.{option} is {value}; it has to be {range}.");
}
