namespace Mainspring.Devices.Ports;

/// <summary>What the package threw, in words: what happened, where, what to do.</summary>
internal static class PortErrors
{
    // The numbers that all Unixes share; the package puts them into HResult.
    private const int NoEntry = 2, InputOutput = 5, NoAddress = 6, Access = 13, Busy = 16, NoDevice = 19, NotTerminal = 25;

    /// <summary>Whether it is what the package throws about a device or its own installation, and no mistake of ours.</summary>
    public static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException or OperationCanceledException or TimeoutException or DllNotFoundException;

    /// <summary>It could not be opened.</summary>
    public static IOException Opening(string device, SerialOptions options, Exception exception)
    {
        Exception said = exception.InnerException ?? exception;
        string reason = exception switch
        {
            ArgumentException => $"its driver, or System.IO.Ports, does not take {options.BaudRate} baud with these settings; choose what the device supports",
            DllNotFoundException => "the native part of System.IO.Ports was not found; put libSystem.IO.Ports.Native, which publishing leaves beside the program, there",
            FileNotFoundException => "there is no such device; check its name and that it is plugged in",
            _ when OperatingSystem.IsWindows() => exception is UnauthorizedAccessException ? "in use by another program or another port of this one; end that or close it there" : said.Message,
            UnauthorizedAccessException => Refusal(said),
            _ when options.Dtr is not null || options.Rts is not null => "DTR or RTS was refused: its driver has no such lines (a pseudo-terminal has none); leave SerialOptions.Dtr and Rts null here",
            _ => said.Message,
        };
        return new IOException($"{device}: {reason}.", exception);
    }

    /// <summary>Why it went away.</summary>
    public static string Gone(Exception? failure) =>
        failure is null or EndOfStreamException ? "it hung up: the device was unplugged or its far end was closed" : $"it hung up: the device was unplugged or its far end was closed (System.IO.Ports says: {failure.Message})";

    // On Unix the package calls everything that open(2) refuses an access that is denied; its inner exception has the number.
    private static string Refusal(Exception said) => said.HResult switch
    {
        NoEntry => "there is no such device; check the path and that the device is plugged in",
        Access => "permission denied; on Linux add the user to the group 'dialout' (or the one that 'ls -l' shows for the device), then log in again",
        Busy => "in use by another program or another port of this one; end that or close it there",
        NoAddress or NoDevice => "there is no device behind this path; plug it in, or load its driver",
        InputOutput => "the device does not answer; it is being unplugged, or its far end is closed",
        NotTerminal => "is not a terminal, so it cannot be a serial line; check the path",
        _ => said.Message,
    };
}
