namespace Mainspring.Devices.Linux;

/// <summary>Translates <see cref="SerialOptions"/> into raw mode with termios(3), and compares what a driver made of it.</summary>
internal static class TerminalSettings
{
    private const byte Xon = 0x11;
    private const byte Xoff = 0x13;
    private const double RateTolerance = 0.03; // half a bit in a character of 12 bits, with some left for the other side

    /// <summary>Raw mode with the options; what else the terminal had stays only where it does not touch the data.</summary>
    public static Termios2 Raw(in Termios2 before, SerialOptions options)
    {
        Termios2 raw = before;
        raw.Input = options.MarkErrors ? Termios2.MarkErrors | Termios2.CheckParity : Termios2.IgnoreBreak; // checking is for stop bits too
        raw.Input |= options.Parity != Parity.None ? Termios2.CheckParity : 0;
        raw.Input |= options.FlowControl.HasFlag(FlowControl.XonXoff) ? Termios2.XonXoffIn | Termios2.XonXoffOut : 0;
        raw.Output = 0;
        raw.Local = 0;
        raw.Control = options.HangUpOnClose is { } hangUp ? hangUp ? Termios2.HangUpOnClose : 0 : before.Control & Termios2.HangUpOnClose;
        raw.Control |= Termios2.EnableReceiver | Termios2.OtherRate | Termios2.OtherRateIn;
        raw.Control |= options.HangUpOnCarrierLoss ? 0 : Termios2.IgnoreModemLines;
        raw.Control |= Size(options) | ParityBits(options) | StopAndFlow(options);
        raw.Special[Termios2.MinimumIndex] = 1; // with 0, a read of nothing would look like a hang-up
        raw.Special[Termios2.TimeIndex] = 0;
        raw.Special[Termios2.StartIndex] = Xon;
        raw.Special[Termios2.StopIndex] = Xoff;
        raw.InputRate = raw.OutputRate = (uint)options.BaudRate;
        return raw;
    }

    /// <summary>The first option that the driver did not take, in words; null when it took all.</summary>
    /// <param name="set">What it has set.</param>
    /// <param name="options">What was wanted.</param>
    /// <param name="hasNoLine">A pseudo-terminal has neither data bits nor parity: it always shows eight and none.</param>
    public static string? Difference(in Termios2 set, SerialOptions options, bool hasNoLine)
    {
        const uint Parities = Termios2.EnableParity | Termios2.OddParity | Termios2.StickParity;
        const uint Software = Termios2.XonXoffIn | Termios2.XonXoffOut;
        uint software = options.FlowControl.HasFlag(FlowControl.XonXoff) ? Software : 0;
        if (!IsNear(set.OutputRate, options.BaudRate) || !IsNear(set.InputRate, options.BaudRate))
        {
            return $"{options.BaudRate} baud (it offers {set.OutputRate})";
        }

        if (!hasNoLine && (set.Control & Termios2.SizeMask) != Size(options))
        {
            return $"{options.DataBits} data bits (it offers {5 + ((set.Control & Termios2.SizeMask) >> 4)})";
        }

        if (!hasNoLine && (set.Control & Parities) != ParityBits(options))
        {
            return $"the parity '{options.Parity}'";
        }

        if ((set.Control & Termios2.TwoStopBits) != (StopAndFlow(options) & Termios2.TwoStopBits))
        {
            return options.StopBits == StopBits.Two ? "two stop bits" : "one stop bit";
        }

        return (set.Control & Termios2.RtsCts) != (StopAndFlow(options) & Termios2.RtsCts) || (set.Input & Software) != software
            ? $"the flow control '{options.FlowControl}'"
            : null;
    }

    private static bool IsNear(uint rate, int wanted) => Math.Abs(rate - (double)wanted) <= wanted * RateTolerance;

    private static uint Size(SerialOptions options) => options.DataBits switch
    {
        5 => Termios2.Size5,
        6 => Termios2.Size6,
        7 => Termios2.Size7,
        _ => Termios2.Size8,
    };

    private static uint ParityBits(SerialOptions options) => options.Parity switch
    {
        Parity.Odd => Termios2.EnableParity | Termios2.OddParity,
        Parity.Even => Termios2.EnableParity,
        Parity.Mark => Termios2.EnableParity | Termios2.StickParity | Termios2.OddParity,
        Parity.Space => Termios2.EnableParity | Termios2.StickParity,
        _ => 0,
    };

    private static uint StopAndFlow(SerialOptions options) =>
        (options.StopBits == StopBits.Two ? Termios2.TwoStopBits : 0) | (options.FlowControl.HasFlag(FlowControl.RtsCts) ? Termios2.RtsCts : 0);
}
