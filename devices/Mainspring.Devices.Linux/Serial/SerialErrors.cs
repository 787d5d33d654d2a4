namespace Mainspring.Devices.Linux;

/// <summary>What went wrong with a serial device, in words: what happened, where, what to do.</summary>
internal static class SerialErrors
{
    /// <summary>Another program has it.</summary>
    public static IOException InUse(string device) => new(
        $"{device}: in use by another program or another port of this one; end that or close it there: 'fuser -v {device}' shows which program has it (with sudo also those of other users).", Errno.Busy.Number);

    /// <summary>It is something else than a serial line.</summary>
    public static IOException NotATerminal(string device) => new($"{device}: is not a terminal, so it cannot be a serial line; check the path.", Errno.NotTerminal.Number);

    /// <summary>It makes pseudo-terminals.</summary>
    public static IOException Multiplexer(string device) => new(
        $"{device}: makes pseudo-terminals and is no serial line itself; give the path of a line, such as /dev/ttyUSB0 or the /dev/pts/N of a pseudo-terminal.", Errno.Invalid.Number);

    /// <summary>It is a serial line, and cannot do what is wanted.</summary>
    public static IOException Unsupported(string device, string what) => new($"{device}: its driver does not take {what}; choose what the device supports.", Errno.Invalid.Number);

    /// <summary>Its driver has no such flag.</summary>
    public static IOException LowLatency(string device, Errno error) => new(
        $"{device}: its driver has no low-latency flag (a pseudo-terminal and most USB modems have none): {error.Message}; leave SerialOptions.LowLatency off here.", error.Number);

    /// <summary>Something beside the data was refused.</summary>
    public static IOException Refused(string device, string what, Errno error) => new(
        $"{device}: {what} refused: {(error == Errno.NotTerminal || error == Errno.Invalid ? "its driver has no such thing (a pseudo-terminal has none)" : error.Message)}.", error.Number);

    /// <summary>It could not be opened.</summary>
    public static IOException Opening(string device, Errno error) => error switch
    {
        _ when error == Errno.Busy => InUse(device),
        _ when error == Errno.IsDirectory => NotATerminal(device),
        _ => new IOException($"{device}: {OpeningReason(error)}.", error.Number),
    };

    /// <summary>It could not be configured.</summary>
    public static IOException Configuring(string device, Errno error) => error switch
    {
        _ when error == Errno.NotTerminal || error == Errno.Invalid => NotATerminal(device),
        _ => new IOException($"{device}: {OpeningReason(error)}.", error.Number),
    };

    /// <summary>Why it went away.</summary>
    public static string Gone(Errno error) => error switch
    {
        _ when error == Errno.None || error == Errno.InputOutput => "it hung up: the device was unplugged or its far end was closed",
        _ when error == Errno.NoAddress || error == Errno.NoDevice => "the device was unplugged",
        _ => error.Message,
    };

    private static string OpeningReason(Errno error) => error switch
    {
        _ when error == Errno.NoEntry || error == Errno.NotDirectory => "there is no such device; check the path and that the device is plugged in",
        _ when error == Errno.Access || error == Errno.Permission =>
            "permission denied; add the user to the group 'dialout' (or the one that 'ls -l' shows for the device): sudo usermod -aG dialout NAME, then log in again",
        _ when error == Errno.NoAddress || error == Errno.NoDevice => "there is no device behind this path; plug it in, or load its driver",
        _ when error == Errno.InputOutput => "the device does not answer; it is being unplugged, or its far end is closed",
        _ when error == Errno.TooManyOpen => "this process has too many open files; raise its limit ('ulimit -n', LimitNOFILE= in a unit file) or close some",
        _ when error == Errno.ReadOnly => "it is on a read-only file system, and no device",
        _ => error.Message,
    };
}
