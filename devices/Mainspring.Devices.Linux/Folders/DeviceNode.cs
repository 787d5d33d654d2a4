using Microsoft.Win32.SafeHandles;

namespace Mainspring.Devices.Linux;

/// <summary>Opens the character devices that are a bus or one of its devices (open(2)).</summary>
internal static class DeviceNode
{
    /// <summary>Opens a device.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="group">The group that may, for the message.</param>
    /// <param name="missing">What to do when it is not there.</param>
    /// <exception cref="IOException">It is not there, or refuses; the message says what to do.</exception>
    public static SafeFileHandle Open(string path, string group, string missing)
    {
        while (true)
        {
            int descriptor = Libc.Open(path, Libc.OpenDevice);
            if (descriptor >= 0)
            {
                return new SafeFileHandle(descriptor, ownsHandle: true);
            }

            if (Errno.Last is var error && error != Errno.Interrupted)
            {
                throw new IOException($"{path}: {Reason(error, group, missing)}.", error.Number);
            }
        }
    }

    private static string Reason(Errno error, string group, string missing) => error switch
    {
        _ when error == Errno.NoEntry || error == Errno.NotDirectory || error == Errno.NoAddress || error == Errno.NoDevice => $"there is no such device; {missing}",
        _ when error == Errno.Access || error == Errno.Permission =>
            $"permission denied; add the user to the group '{group}' (or the one that 'ls -l' shows for the device): sudo usermod -aG {group} NAME, then log in again",
        _ when error == Errno.Busy => "in use by another program; 'sudo fuser -v' with this path shows which one",
        _ when error == Errno.TooManyOpen => "this process has too many open files; raise its limit ('ulimit -n', LimitNOFILE= in a unit file) or close some",
        _ => error.Message,
    };
}
