using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Mainspring.Processes;

/// <summary>Says why a child process could not be started, and what to do.</summary>
[SupportedOSPlatform("linux")]
internal static class ProcessErrors
{
    /// <summary>The folders of PATH do not have the program.</summary>
    public static IOException NotInPath(string name, string path, string? found) => found is null
        ? new IOException($"'{name}' cannot be started: no folder of PATH has such a program ({path}). Install it, or give its path.", ProcessAbi.NoEntry)
        : new IOException($"'{name}' cannot be started: {found} is there, but may not be executed by this user. Use 'chmod +x', or give another path.", ProcessAbi.NoAccess);

    /// <summary>posix_spawn(3) has failed.</summary>
    public static IOException NotStarted(ProcessOptions options, string path, int error)
    {
        string what = $"'{options.FileName}' cannot be started";
        string inFolder = Path.GetFullPath(options.WorkingDirectory is { } folder ? Path.Combine(folder, path) : path);
        string reason = error switch
        {
            ProcessAbi.NoEntry or ProcessAbi.NotDirectory or ProcessAbi.NoAccess when options.WorkingDirectory is { } directory && !Directory.Exists(directory) =>
                $"its working directory '{directory}' {(File.Exists(directory) ? "is a file" : "does not exist, or this user may not see it")}. Make it, or give another",
            ProcessAbi.NoAccess when options.WorkingDirectory is { } directory && Libc.Access(directory, ProcessAbi.Executable) != 0 =>
                $"this user may not enter its working directory '{directory}'. Use 'chmod +x', or give another",
            ProcessAbi.NoEntry when File.Exists(inFolder) => $"{inFolder} is there, but not the interpreter that its first line names, or the loader that it needs. Install that",
            ProcessAbi.NoEntry or ProcessAbi.NotDirectory => $"there is no {inFolder}. Check the path",
            ProcessAbi.NoAccess when Directory.Exists(inFolder) => $"{inFolder} is a folder. Give the program in it",
            ProcessAbi.NoAccess => $"{inFolder} may not be executed by this user. Use 'chmod +x', and look whether its file system is mounted 'noexec'",
            ProcessAbi.NoFormat => $"{inFolder} is no program for this machine, nor a script that begins with '#!'. Start it with its interpreter",
            ProcessAbi.Busy => $"{inFolder} is being written by some process. Close it first",
            ProcessAbi.TooBig => "its arguments and environment are larger than the system takes ('getconf ARG_MAX', and 128 KiB each). Give it less, or a file",
            ProcessAbi.Again => "the limit of processes is reached ('ulimit -u', TasksMax= in a unit file). Raise it, or end some",
            ProcessAbi.NoMemory => "there is not enough memory",
            ProcessAbi.TooManyOpen => "this process has too many open files. Raise its limit ('ulimit -n', LimitNOFILE= in a unit file), or close some",
            ProcessAbi.BadDescriptor => "a descriptor that it is to get is not open",
            _ => Marshal.GetPInvokeErrorMessage(error),
        };
        return new IOException($"{what}: {reason}.", error);
    }

    /// <summary>A call before or after it has failed.</summary>
    public static IOException Refused(ProcessOptions options, string call, int error) => error == ProcessAbi.TooManyOpen
        ? NotStarted(options, options.FileName, error)
        : new IOException($"'{options.FileName}' cannot be started: {call}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
}
