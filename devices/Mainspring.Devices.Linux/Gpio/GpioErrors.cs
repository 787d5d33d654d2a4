namespace Mainspring.Devices.Linux;

/// <summary>What went wrong with a GPIO chip or its lines, in words: what was tried, on what, what the system said, what to do.</summary>
internal static class GpioErrors
{
    private const int MostListed = 8;

    /// <summary>A chip could not be opened.</summary>
    public static IOException Opening(string path, Errno error) => new($"{path}: {OpeningReason(error)}.", error.Number);

    /// <summary>It is something else than a GPIO chip.</summary>
    public static IOException NotAChip(string path) => new($"{path}: is not a GPIO chip; {Existing()}.", Errno.NotTerminal.Number);

    /// <summary>No chip has this name or label.</summary>
    public static IOException NoSuchChip(string chip) => new($"There is no GPIO chip '{chip}'; {Existing()}.", Errno.NoEntry.Number);

    /// <summary>Several chips have this label.</summary>
    public static IOException Ambiguous(string label, IEnumerable<GpioChipInfo> chips) =>
        new($"Several GPIO chips have the label '{label}': {string.Join(", ", chips.Select(static chip => chip.Path))}; give the path.", Errno.Invalid.Number);

    /// <summary>The lines could not be requested.</summary>
    public static IOException Requesting(string device, GpioLineSet set, int[] offsets, Func<int, GpioLineInfo> info, Errno error)
    {
        if (error == Errno.Busy)
        {
            return InUse(device, offsets, info);
        }

        string lines = $"{device} lines {string.Join(", ", offsets)}";
        bool hasEdges = set.Watched != 0 || set.Debounces.Count > 0;
        return new IOException($"{lines}: {RequestReason(set, hasEdges, error)}.", error.Number);
    }

    /// <summary>Lines could not be read, written or configured.</summary>
    public static IOException Using(string device, string what, Errno error) => new(
        error == Errno.NoDevice
            ? $"{device}: {what}: the chip is gone; wait for GpioConnected."
            : error == Errno.NoAddress
                ? $"{device}: {what}: a line cannot interrupt, so it has neither edges nor the kernel's debounce."
                : $"{device}: {what}: {error.Message}.",
        error.Number);

    /// <summary>The lines are not requested.</summary>
    public static IOException NotOpen(string device) => new($"{device}: the lines are not requested; add them to a loop and wait for GpioConnected.", Errno.NoDevice.Number);

    private static IOException InUse(string device, int[] offsets, Func<int, GpioLineInfo> info)
    {
        foreach (int offset in offsets)
        {
            GpioLineInfo line = info(offset);
            if (line.IsUsed)
            {
                string name = line.Name.Length > 0 ? $" ('{line.Name}')" : "";
                string holder = line.Consumer.Length > 0
                    ? $"in use by '{line.Consumer}'; end that program or driver, or take another line"
                    : "in use by the kernel, or as another function of its pin; free it in the device tree, or take another line";
                return new IOException($"{device} line {offset}{name}: {holder}.", Errno.Busy.Number);
            }
        }

        return new IOException($"{device} lines {string.Join(", ", offsets)}: one was in use, and is free again by now; try again.", Errno.Busy.Number);
    }

    private static string RequestReason(GpioLineSet set, bool hasEdges, Errno error) => error switch
    {
        _ when error == Errno.NoAddress && hasEdges => "a line cannot interrupt, so it has neither edges nor the kernel's debounce; read it by a timer, or take another line",
        _ when error == Errno.NoDevice => "the chip is gone",
        _ when (error == GpioAbi.NotSupported || error == Errno.Invalid) && set.Options.EventClock == GpioEventClock.Hardware =>
            "the kernel or the chip has no hardware timestamps (CONFIG_HTE); use GpioEventClock.Monotonic",
        _ when error == Errno.Invalid => hasEdges
            ? "the kernel refuses these settings: perhaps the chip cannot detect both edges of a line; ask for one of them. Kernels before 5.10 do not know this request at all"
            : "the kernel refuses these settings. Kernels before 5.10 do not know this request at all",
        _ when error == GpioAbi.NoMemory => "the kernel has no memory for it; choose a smaller EventBufferSize",
        _ when error == Errno.Permission => "the kernel keeps a line for itself, or for one direction; take another line, or the other direction",
        _ => OpeningReason(error),
    };

    private static string OpeningReason(Errno error) => error switch
    {
        _ when error == Errno.NoEntry || error == Errno.NotDirectory => $"there is no such chip; {Existing()}",
        _ when error == Errno.Access || error == Errno.Permission =>
            "permission denied; add the user to the group 'gpio' (or the one that 'ls -l' shows for the device): sudo usermod -aG gpio NAME, then log in again",
        _ when error == Errno.NoAddress || error == Errno.NoDevice => "there is no chip behind this path; load its driver",
        _ when error == Errno.TooManyOpen => "this process has too many open files; raise its limit ('ulimit -n', LimitNOFILE= in a unit file) or close some",
        _ => error.Message,
    };

    private static string Existing()
    {
        IReadOnlyList<GpioChipInfo> chips = GpioDevice.List();
        string more = chips.Count > MostListed ? $" and {chips.Count - MostListed} more" : "";
        return chips.Count == 0
            ? "this machine shows none under /dev/gpiochip*"
            : $"there are {string.Join(", ", chips.Take(MostListed).Select(static chip => chip.Problem is null ? $"{chip.Path} ('{chip.Label}', {chip.LineCount} lines)" : chip.Path))}{more}";
    }
}
