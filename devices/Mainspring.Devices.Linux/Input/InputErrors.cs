namespace Mainspring.Devices.Linux;

/// <summary>What went wrong with an input device, in words: what happened, where, what to do.</summary>
internal static class InputErrors
{
    /// <summary>Another program has grabbed it.</summary>
    public static IOException Grabbed(string device) => new(
        $"{device}: another program has grabbed it, so its events come to that one alone; end it ('fuser -v {device}' shows who has it open), or open the device without InputOptions.Grab.", Errno.Busy.Number);

    /// <summary>It is something else.</summary>
    public static IOException NoEventDevice(string device) => new(
        $"{device}: is not an event device; give a path of /dev/input/event*, or of /dev/input/by-id that ends in 'event-kbd', 'event-mouse' or 'event-joystick' (LinuxInputDevice.List names them).",
        Errno.NotTerminal.Number);

    /// <summary>It was opened, and does not answer.</summary>
    public static IOException Asking(string device, Errno error) => new($"{device}: does not answer: {Gone(error)}.", error.Number);

    /// <summary>It could not be opened.</summary>
    public static IOException Opening(string device, Errno error) => error == Errno.IsDirectory || error == Errno.NoAddress ? NoEventDevice(device) : new($"{device}: {Refusal(error)}.", error.Number);

    /// <summary>Why it cannot be opened.</summary>
    public static string Refusal(Errno error) => error switch
    {
        _ when error == Errno.NoEntry || error == Errno.NotDirectory => "there is no such device; check the path and that the device is plugged in",
        _ when error == Errno.Access || error == Errno.Permission =>
            "permission denied; add the user to the group 'input' (or the one that 'ls -l' shows for the device): sudo usermod -aG input NAME, then log in again",
        _ when error == Errno.NoDevice => "there is no device behind this path; it was unplugged, or its driver is not loaded",
        _ when error == Errno.TooManyOpen => "this process has too many open files; raise its limit ('ulimit -n', LimitNOFILE= in a unit file) or close some",
        _ => error.Message,
    };

    /// <summary>Why nothing more comes.</summary>
    public static string Gone(Errno error) => error == Errno.None || error == Errno.NoDevice ? "the device was unplugged, or access to it was revoked" : error.Message;
}
