namespace Mainspring.Devices.Linux;

/// <summary>What went wrong with a watched folder, in words.</summary>
internal static class FolderErrors
{
    /// <summary>The process gets no inotify instance.</summary>
    public static IOException NoInstance(string folder, Errno error) => New(folder, error == Errno.TooManyOpen
        ? "no further inotify instance for this user, or too many open files; end a program that watches folders, or raise fs.inotify.max_user_instances (sysctl) or the limit of open files ('ulimit -n')"
        : error.Message, error);

    /// <summary>The folder cannot be watched.</summary>
    public static IOException NoWatch(string folder, Errno error) => New(folder, error switch
    {
        _ when error == Errno.NoSpace => "this user watches as many folders as allowed; end a program that watches folders, or raise fs.inotify.max_user_watches (sysctl)",
        _ when error == Errno.Access => "permission denied: the folder cannot be read by this user; check it with 'ls -ld'",
        _ => error.Message,
    }, error);

    /// <summary>The kernel does not say what has changed.</summary>
    public static IOException Unreadable(string folder, Errno error) => New(folder, $"its changes cannot be read: {error.Message}", error);

    private static IOException New(string folder, string reason, Errno error) => new($"{folder}: cannot be watched: {reason}.", error.Number);
}
